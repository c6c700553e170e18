"""Transactional isolation: a history of transactions judged by every model, with evidence."""

from checkers.transactions.classify import check_columns, check_transactions

__all__ = ["check_columns", "check_transactions"]
