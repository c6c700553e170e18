"""What the tables cite, by short names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

SOURCES: Final[Mapping[str, str]] = {
    "Adya 1999": (
        "Atul Adya: Weak Consistency: A Generalized Theory and Optimistic Implementations for Distributed "
        "Transactions. PhD thesis, MIT, 1999"
    ),
    "Adya 2000": "Atul Adya, Barbara Liskov, Patrick O'Neil: Generalized Isolation Level Definitions. ICDE 2000",
    "Ahamad 1995": (
        "Mustaque Ahamad, Gil Neiger, James Burns, Prince Kohli, Phillip Hutto: Causal Memory: Definitions, "
        "Implementation, and Programming. Distributed Computing 9(1), 1995"
    ),
    "Bailis 2013": (
        "Peter Bailis, Aaron Davidson, Alan Fekete, Ali Ghodsi, Joseph Hellerstein, Ion Stoica: Highly Available "
        "Transactions: Virtues and Limitations. PVLDB 7(3), 2013"
    ),
    "Bailis 2014": (
        "Peter Bailis, Alan Fekete, Joseph Hellerstein, Ali Ghodsi, Ion Stoica: Scalable Atomic Visibility with RAMP "
        "Transactions. SIGMOD 2014"
    ),
    "Berenson 1995": (
        "Hal Berenson, Phil Bernstein, Jim Gray, Jim Melton, Elizabeth O'Neil, Patrick O'Neil: A Critique of ANSI SQL "
        "Isolation Levels. SIGMOD 1995"
    ),
    "Bernstein 1987": (
        "Philip Bernstein, Vassos Hadzilacos, Nathan Goodman: Concurrency Control and Recovery in Database Systems. "
        "Addison-Wesley, 1987"
    ),
    "Biswas 2019": (
        "Ranadeep Biswas, Constantin Enea: On the Complexity of Checking Transactional Consistency. OOPSLA 2019"
    ),
    "Bouajjani 2017": (
        "Ahmed Bouajjani, Constantin Enea, Rachid Guerraoui, Jad Hamza: On Verifying Causal Consistency. POPL 2017"
    ),
    "Brzezinski 2004": (
        "Jerzy Brzezinski, Cezary Sobaniec, Dariusz Wawrzyniak: From Session Causality to Causal Consistency. PDP 2004"
    ),
    "Cerone 2015": (
        "Andrea Cerone, Giovanni Bernardi, Alexey Gotsman: A Framework for Transactional Consistency Models with "
        "Atomic Visibility. CONCUR 2015"
    ),
    "Cerone 2016": "Andrea Cerone, Alexey Gotsman: Analysing Snapshot Isolation. PODC 2016",
    "Crooks 2017": (
        "Natacha Crooks, Youer Pu, Lorenzo Alvisi, Allen Clement: Seeing is Believing: A Client-Centric Specification "
        "of Database Isolation. PODC 2017"
    ),
    "Daudjee 2004": "Khuzaima Daudjee, Kenneth Salem: Lazy Database Replication with Ordering Guarantees. ICDE 2004",
    "Daudjee 2006": "Khuzaima Daudjee, Kenneth Salem: Lazy Database Replication with Snapshot Isolation. VLDB 2006",
    "dbcop": "dbcop, runtime monitoring for transactional consistency: https://github.com/rnbguy/dbcop",
    "Elnikety 2005": (
        "Sameh Elnikety, Fernando Pedone, Willy Zwaenepoel: Database Replication Using Generalized Snapshot "
        "Isolation. SRDS 2005"
    ),
    "Fekete 2004": (
        "Alan Fekete, Elizabeth O'Neil, Patrick O'Neil: A Read-Only Transaction Anomaly Under Snapshot Isolation. "
        "SIGMOD Record 33(3), 2004"
    ),
    "Fekete 2005": (
        "Alan Fekete, Dimitrios Liarokapis, Elizabeth O'Neil, Patrick O'Neil, Dennis Shasha: Making Snapshot Isolation "
        "Serializable. TODS 30(2), 2005"
    ),
    "Herlihy 1990": (
        "Maurice Herlihy, Jeannette Wing: Linearizability: A Correctness Condition for Concurrent Objects. TOPLAS "
        "12(3), 1990"
    ),
    "Jepsen": "Kyle Kingsbury: Consistency Models. https://jepsen.io/consistency",
    "Kingsbury 2020": (
        "Kyle Kingsbury, Peter Alvaro: Elle: Inferring Isolation Anomalies from Experimental Observations. PVLDB "
        "14(3), 2020"
    ),
    "Lamport 1979": (
        "Leslie Lamport: How to Make a Multiprocessor Computer That Correctly Executes Multiprocess Programs. IEEE "
        "Transactions on Computers C-28(9), 1979"
    ),
    "Lipton 1988": ("Richard Lipton, Jonathan Sandberg: PRAM: A Scalable Shared Memory. Princeton CS-TR-180-88, 1988"),
    "Liu 2018": (
        "Si Liu, Peter Olveczky, Keshav Santhanam, Qi Wang, Indranil Gupta, Jose Meseguer: ROLA: A New Distributed "
        "Transaction Protocol and Its Formal Analysis. FASE 2018"
    ),
    "Liu 2024": (
        "Si Liu, Long Gu, Hengfeng Wei, David Basin: Plume: Efficient and Complete Black-Box Checking of Weak "
        "Isolation Levels. OOPSLA 2024"
    ),
    "Papadimitriou 1979": (
        "Christos Papadimitriou: The Serializability of Concurrent Database Updates. Journal of the ACM 26(4), 1979"
    ),
    "Perrin 2016": ("Matthieu Perrin, Achour Mostefaoui, Claude Jard: Causal Consistency: Beyond Memory. PPoPP 2016"),
    "Shapiro 2011": (
        "Marc Shapiro, Nuno Preguica, Carlos Baquero, Marek Zawirski: Conflict-free Replicated Data Types. SSS 2011"
    ),
    "Sovran 2011": (
        "Yair Sovran, Russell Power, Marcos Aguilera, Jinyang Li: Transactional Storage for Geo-Replicated Systems. "
        "SOSP 2011"
    ),
    "Terry 1994": (
        "Douglas Terry, Alan Demers, Karin Petersen, Mike Spreitzer, Marvin Theimer, Brent Welch: Session Guarantees "
        "for Weakly Consistent Replicated Data. PDIS 1994"
    ),
    "Viotti 2016": (
        "Paolo Viotti, Marko Vukolic: Consistency in Non-Transactional Distributed Storage Systems. ACM Computing "
        "Surveys 49(1), 2016"
    ),
    "Vogels 2009": "Werner Vogels: Eventually Consistent. Communications of the ACM 52(1), 2009",
    "this table": (
        "follows from the definitions as they stand here; tested on random histories against an oracle that tries "
        "every order and every visibility"
    ),
}
