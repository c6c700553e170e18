"""What a transaction is to its client, and what databases that run transactions share.

A client runs one transaction at a time, step by step, each step a message to the client's node and an answer. The node
calls the answers "ok", "fail" (the transaction has no effect, and never will) and "info" (nobody here knows).

- `client`: the client of every transactional system; `transaction`: what it has in hand; `procedures`: what it does for
  each operation of a history
- `steps`: the messages; `sessions`: the transactions that run at a node, each step of which is taken once and in order
- `versions`: values with their past, for snapshots; `snapshots`: a node that reads from them and commits through a
  replicated log
- `locks`: who may read and write what, and who waits for whom
"""

from __future__ import annotations

from systems.transactions.client import TransactionalClient
from systems.transactions.transaction import Transaction

__all__ = ["Transaction", "TransactionalClient"]
