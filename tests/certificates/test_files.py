"""One file for each certificate, whoever asks and whatever fails."""

import threading
import time

import pytest

from lms.certificates import files
from lms.certificates import tasks as work
from lms.certificates.models import Certificate
from lms.core.db import db
from lms.core.errors import NotFound
from lms.core.files import folder as folder_store
from tests.support import kept_file


@pytest.fixture
def renders(monkeypatch) -> list[str]:
    """Stands for the renderer, slowly, and notes what was rendered."""
    done = []

    def render(facts, _folder):
        time.sleep(0.05)
        done.append(facts.number)
        return b"%PDF-1.7 " + facts.number.encode()

    monkeypatch.setattr(files, "render_pdf", render)
    monkeypatch.setattr("lms.documents.signing.sign_pdf", lambda pdf, _keys, _issuer: pdf)
    return done


def test_task_makes_the_file_once(issue, tasks, renders):
    certificate = issue()
    assert tasks.run_all() >= 1
    path = kept_file(files.pdf_path(certificate))
    assert path.read_bytes() == b"%PDF-1.7 " + certificate.number.encode()
    db.session.expire_all()
    assert certificate.is_pdf_ready
    assert certificate.pdf_path == str(path.relative_to(path.parents[3]))
    files.ensure_pdf(certificate.id)
    assert renders == [certificate.number]


def test_concurrent_downloads_make_one_file(app, issue, renders):
    certificate_id = issue().id
    gate, made = threading.Barrier(6), []

    def ask():
        with app.app_context():
            gate.wait()
            made.append(kept_file(files.ensure_pdf(certificate_id)).read_bytes())
            db.session.remove()

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(renders) == 1
    assert len(made) == 6
    assert len(set(made)) == 1


def test_lost_file_is_made_again(issue, renders):
    certificate = issue()
    kept_file(files.ensure_pdf(certificate.id)).unlink()
    assert kept_file(files.ensure_pdf(certificate.id)).exists()
    assert len(renders) == 2


def test_sweep_makes_what_the_queue_lost(issue, tasks, renders):
    certificates = [issue(), issue()]
    tasks.queued.clear()
    sweep()
    assert sorted(renders) == sorted(c.number for c in certificates)
    sweep()
    assert len(renders) == 2


def sweep() -> None:
    work.render_missing.run()
    db.session.expire_all()


def test_one_that_fails_does_not_hold_up_the_others(issue, monkeypatch, renders, caplog):
    bad, good = issue(), issue()
    render = files.render_pdf

    def fail_for_one(facts, folder):
        if facts.number == bad.number:
            raise OSError("no space left")
        return render(facts, folder)

    monkeypatch.setattr(files, "render_pdf", fail_for_one)
    sweep()
    assert good.is_pdf_ready
    assert not bad.is_pdf_ready
    assert bad.pdf_attempts == 1
    assert not kept_file(files.pdf_path(bad)).exists()
    assert str(bad.id) in caplog.text
    later = issue()
    monkeypatch.setattr(work, "SWEEP_SIZE", 1)
    sweep()
    assert later.is_pdf_ready, "the one that failed came first again"


def test_death_while_writing_leaves_nothing_under_the_name(issue, monkeypatch, renders):
    certificate = issue()

    def die(_handle):
        raise OSError("disk full")

    monkeypatch.setattr(folder_store.os, "fsync", die)
    with pytest.raises(OSError, match="disk full"):
        files.ensure_pdf(certificate.id)
    folder = kept_file(files.pdf_path(certificate)).parent
    assert list(folder.iterdir()) == []


def test_no_certificate_has_no_file(app):
    with pytest.raises(NotFound):
        files.ensure_pdf(12345)


def test_task_with_real_renderer_makes_a_pdf(app, issue, tasks):
    certificate = issue()
    tasks.queued = [(work, args) for work, args in tasks.queued if "render" in work.name]
    tasks.run_all()
    assert kept_file(files.pdf_path(certificate)).read_bytes().startswith(b"%PDF-")
    assert db.session.get_one(Certificate, certificate.id).pdf_attempts == 1
