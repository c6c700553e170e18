"""Transactions that read lists and append to them: every read tells the whole past of its key."""

from __future__ import annotations
