"""Jobs: loads that run by themselves, as `jobs.yaml` says."""
