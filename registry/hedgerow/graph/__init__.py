"""From ledger to answers: project, graph process, workers, and the two ways to reach a graph."""
