"""What Prometheus can ask of the scheduler."""

from prometheus_client import Counter, Gauge, Histogram

RUNS = Counter("chokepoint_job_runs", "Runs of a job by how they ended.", ["job", "status"])
SECONDS = Histogram(
    "chokepoint_job_duration_seconds",
    "How long a run took, retries included.",
    ["job"],
    buckets=(1, 5, 15, 60, 300, 900, 3_600, 14_400),
)
RECORDS = Counter("chokepoint_job_records", "Records by what became of them.", ["job", "outcome"])
FAILURES = Gauge("chokepoint_job_failures_in_a_row", "Runs in a row that failed.", ["job"])
LAST_SUCCESS = Gauge("chokepoint_job_last_success_timestamp_seconds", "When a run last succeeded.", ["job"])
RUNNING = Gauge("chokepoint_jobs_running", "Jobs that are running.")
