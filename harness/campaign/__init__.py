"""Many tests: systems x workloads x nemeses x bugs x seeds, on all cores, resumable, and one table at the end."""
