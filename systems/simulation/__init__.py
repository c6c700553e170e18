"""A simulated world for systems under test: virtual time, a network, clocks, disks, and hosts that crash.

These are the names that a system needs; the rest is the world's own.
"""

from systems.simulation.cluster import SimulatedSystem
from systems.simulation.door import Door
from systems.simulation.link import Link
from systems.simulation.luck import Luck
from systems.simulation.node import Node
from systems.simulation.port import Port, Reply, Request

__all__ = ["Door", "Link", "Luck", "Node", "Port", "Reply", "Request", "SimulatedSystem"]
