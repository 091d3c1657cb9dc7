"""The audit log: every line once, in files that are put aside and do not grow without end, whoever writes."""

import datetime as dt
import json
import multiprocessing
from pathlib import Path

from service.access.audit import NAME, AuditLog, Wanted, entries, open_audit
from service.access.settings import AccessSettings

ALL = Wanted()


def told(folder: Path, wanted: Wanted = ALL) -> list[object]:
    return [entry["n"] for entry in entries(folder, wanted)]


def write(folder: Path, first: int, last: int, most_bytes: int) -> None:
    audit = AuditLog(folder, most_bytes=most_bytes, files=1_000)
    for number in range(first, last):
        audit.tell({"n": number})
    assert audit.flush(20)


def test_lines_are_kept_in_order_with_their_time_for_their_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "audit"
    write(folder, 0, 100, 1_000_000)
    assert told(folder) == list(range(100))
    lines = [json.loads(line) for line in (folder / NAME).read_text("utf-8").splitlines()]
    assert all(dt.datetime.fromisoformat(line["at"]).tzinfo is not None for line in lines)
    assert (folder / NAME).stat().st_mode & 0o077 == 0
    assert folder.stat().st_mode & 0o077 == 0


def test_files_are_put_aside_and_the_oldest_deleted(tmp_path: Path) -> None:
    audit = AuditLog(tmp_path, most_bytes=500, files=3)
    for number in range(200):
        audit.tell({"n": number})
        audit.flush()
    files = sorted(tmp_path.glob("*.jsonl"))
    assert len(files) in (2, 3)
    assert all(file.stat().st_size < 600 for file in files)
    kept = told(tmp_path)
    assert kept == list(range(200))[-len(kept) :]


def test_several_processes_write_one_log_and_lose_no_line(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=write, args=(tmp_path, n * 500, n * 500 + 500, 5_000)) for n in range(2)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    assert sorted(map(int, map(str, told(tmp_path)))) == list(range(1_000))
    assert len(list(tmp_path.glob("audit-*.jsonl"))) > 1


def test_what_the_disk_does_not_take_is_counted_and_stops_nobody(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    audit = AuditLog(tmp_path / "file" / "audit", most_bytes=500, files=3)
    audit.tell({"n": 1})
    audit.tell({"n": 2})
    assert audit.flush()
    assert audit.dropped == 2


def test_a_torn_line_is_passed_over_and_a_log_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert told(tmp_path / "nowhere") == []
    write(tmp_path, 0, 1, 1_000_000)
    with (tmp_path / NAME).open("a") as file:
        file.write('{"at": "2026-11-2\n')
    write(tmp_path, 1, 2, 1_000_000)
    assert told(tmp_path) == [0, 1]


def test_entries_are_chosen_by_time_by_name_and_by_what_they_changed(tmp_path: Path) -> None:
    audit = AuditLog(tmp_path, most_bytes=1_000_000, files=3)
    audit.tell({"n": 1, "who": "desk"})
    audit.tell({"n": 2, "who": "desk", "changes": [{"change": "startJob"}]})
    audit.tell({"n": 3, "who": "guest"})
    audit.flush()
    now, hour = dt.datetime.now(dt.UTC), dt.timedelta(hours=1)
    assert told(tmp_path, Wanted(who="desk")) == [1, 2]
    assert told(tmp_path, Wanted(changes=True)) == [2]
    assert told(tmp_path, Wanted(since=now - hour, until=now + hour)) == [1, 2, 3]
    assert told(tmp_path, Wanted(since=now + hour)) == []
    assert told(tmp_path, Wanted(until=now - hour)) == []


def test_the_settings_name_the_log_or_switch_it_off(tmp_path: Path) -> None:
    assert open_audit(AccessSettings(audit=False)) is None
    audit = open_audit(AccessSettings(audit_folder=tmp_path))
    assert audit is not None
    assert audit.folder == tmp_path
