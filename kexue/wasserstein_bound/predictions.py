from kexue.wasserstein_bound.experiment import Result
def checks(result): return []
