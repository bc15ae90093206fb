"""Pictures of questions: what is kept of a file, who sees it, and which texts may show it."""

import io
import re

import pytest
from PIL import Image, ImageFile

from lms.catalog.models import CourseState
from lms.core.db import db, transaction
from lms.core.errors import Conflict, Invalid, NotAllowed
from lms.core.permissions import Role
from lms.enrollments.models import CycleState
from lms.questions import operations
from lms.questions.kinds import QuestionKind
from lms.questions.picture_models import QuestionPicture
from lms.questions.pictures import add_picture, remove_picture
from tests.factories import CourseFactory, CycleFactory, PersonFactory, PostFactory
from tests.factories.catalog import version_as_it_is
from tests.factories.questions import drawing
from tests.questions.test_rules import FILL_IN, MATCHING, facts
from tests.support import kept_file, sign_in

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.fixture
def picture(trainer, course):
    with transaction():
        return add_picture(trainer, course, drawing(), "三角形")


def pictures():
    return db.session.query(QuestionPicture).all()


def stored(picture):
    return Image.open(kept_file(picture.path))


def test_picture_is_written_anew_on_white(picture):
    with stored(picture) as kept:
        assert (kept.format, kept.mode, kept.size) == ("WEBP", "RGB", (40, 30))
        assert kept.getpixel((0, 0)) == (255, 0, 0)
        assert kept.getpixel((39, 29)) == (255, 255, 255)
    assert re.fullmatch(r"!\[三角形\]\(picture:[0-9a-f]{16}\)", picture.markup)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_every_format_is_taken_with_what_telephones_write_behind_it(trainer, course, kind):
    file = io.BytesIO(drawing(kind, mode="RGB").getvalue() + b"\0" * 100)
    with transaction():
        kept = add_picture(trainer, course, file, "图")
    with stored(kept) as image:
        assert image.size == (40, 30)


def test_large_picture_is_made_smaller_and_loses_where_it_was_taken(trainer, course):
    photograph = Image.new("RGB", (2000, 1000), "navy")
    exif = photograph.getexif()
    exif[0x010E] = "Jining"
    file = io.BytesIO()
    photograph.save(file, "JPEG", exif=exif)
    file.seek(0)
    with transaction():
        kept = add_picture(trainer, course, file, "照片")
    with stored(kept) as image:
        assert image.size == (1600, 800)
        assert not image.getexif()


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="empty"),
        pytest.param(SVG, id="svg"),
        pytest.param(b"GIF89a" + b"\0" * 40, id="gif"),
        pytest.param(b"%PDF-1.7", id="pdf"),
        pytest.param(b"\x89PNG\r\n\x1a\n" + b"\0" * 40, id="no-png"),
        pytest.param(drawing().getvalue()[:60], id="half-a-png"),
        pytest.param(drawing("JPEG", (400, 300), "RGB").getvalue()[:900], id="half-a-jpeg"),
        pytest.param(drawing("WEBP").getvalue()[:-8], id="half-a-webp"),
        pytest.param(b"\xff" * (5 * 1024 * 1024 + 1), id="too-large"),
    ],
)
@pytest.mark.parametrize("is_lenient", [False, True])
def test_what_is_no_picture_is_refused_and_nothing_kept(
    trainer, course, settings, monkeypatch, content, is_lenient
):
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", is_lenient)
    with pytest.raises(Invalid) as refusal, transaction():
        add_picture(trainer, course, io.BytesIO(content), "图")
    assert refusal.value.field == "file"
    assert pictures() == []
    assert list(settings.media_path.rglob("*.webp")) == []


def test_picture_of_too_many_pixels_is_refused(trainer, course):
    file = io.BytesIO()
    Image.new("1", (8000, 5001)).save(file, "PNG")
    file.seek(0)
    with pytest.raises(Invalid) as refusal, transaction():
        add_picture(trainer, course, file, "图")
    assert refusal.value.field == "file"


@pytest.mark.parametrize("alt", ["", "长" * 101, "a]b", "[", "两\n行"])
def test_picture_needs_words_that_fit_into_its_markup(trainer, course, alt):
    with pytest.raises(Invalid) as refusal, transaction():
        add_picture(trainer, course, drawing(), alt)
    assert refusal.value.field == "alt"


def test_nobody_else_adds_a_picture(stranger, course):
    with pytest.raises(NotAllowed), transaction():
        add_picture(stranger, course, drawing(), "图")


def test_trainer_uploads_a_picture_and_finds_its_markup(client, trainer, course):
    sign_in(client, trainer)
    home = f"/manage/courses/{course.slug}/questions/pictures"
    data = {"alt": "三角形", "file": (drawing("JPEG", mode="RGB"), "x.svg")}
    assert client.post(home, data=data).location == home
    [kept] = pictures()
    assert kept.markup in client.get(home).text
    refused = client.post(home, data={"alt": "图", "file": (io.BytesIO(SVG), "x.png")})
    assert refused.status_code == 422
    assert 'id="file-error"' in refused.text


def test_picture_is_served_as_nothing_but_a_picture(client, trainer, picture):
    sign_in(client, trainer)
    with client.get(f"/questions/pictures/{picture.public_id}") as answer:
        assert (answer.status_code, answer.mimetype) == (200, "image/webp")
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "private, max-age=3600"


@pytest.mark.parametrize(
    ("state", "status"),
    [
        (CycleState.ACTIVE, 200),
        (CycleState.COMPLETED, 200),
        (CycleState.FAILED, 200),
        (CycleState.WITHDRAWN, 404),
    ],
)
def test_learners_of_the_course_see_its_pictures(client, picture, course, state, status):
    course.state = CourseState.PUBLISHED
    version = version_as_it_is(course)
    learner = CycleFactory(course=course, version=version, state=state).person
    with sign_in(client, learner).get(f"/questions/pictures/{picture.public_id}") as answer:
        assert answer.status_code == status


def test_nobody_else_sees_them(app, picture, stranger):
    address = f"/questions/pictures/{picture.public_id}"
    others = (
        PersonFactory(),
        CycleFactory().person,
        PostFactory(role=Role.UNIT_MANAGER).person,
        stranger,
    )
    for person in others:
        assert sign_in(app.test_client(), person).get(address).status_code == 404
    assert app.test_client().get(address).status_code in (302, 401)
    assert sign_in(app.test_client(), stranger).get(address[:-1]).status_code == 404


@pytest.mark.parametrize(
    ("field", "written"),
    [
        ("text", {"text": "如图 {}"}),
        ("explanation", {"explanation": "{}"}),
        ("options", {"options": ("{}", "60", "30")}),
    ],
)
def test_texts_show_pictures_of_their_own_course_alone(trainer, base, course, field, written):
    with transaction():
        own = add_picture(trainer, course, drawing(), "图")
        other = add_picture(trainer, CourseFactory(base=base), drawing(), "图")

    def filled(markup):
        return {
            name: tuple(x.replace("{}", markup) for x in text)
            if isinstance(text, tuple)
            else text.replace("{}", markup)
            for name, text in written.items()
        }

    with transaction():
        operations.create_question(trainer, course, facts(**filled(own.markup)))
    with pytest.raises(Invalid) as refusal, transaction():
        operations.create_question(trainer, course, facts(**filled(other.markup)))
    assert refusal.value.field == field


def test_pictures_stand_in_pairs_too_and_their_words_in_lists(client, trainer, course, picture):
    pairs = {**vars(MATCHING), "options": ((picture.markup, "一"), ("乙", "二"), ("", "三"))}
    with transaction():
        operations.create_question(trainer, course, type(MATCHING)(**pairs))
        operations.create_question(trainer, course, FILL_IN)
    sign_in(client, trainer)
    page = client.get(f"/manage/courses/{course.slug}/questions?kind={QuestionKind.MATCHING.value}")
    assert f'src="/questions/pictures/{picture.public_id}" alt="三角形"' in page.text


def test_unused_picture_is_removed_with_its_file(trainer, picture):
    file = kept_file(picture.path)
    with transaction():
        remove_picture(trainer, picture)
    assert pictures() == []
    assert not file.exists()


def test_strangers_remove_nothing(stranger, picture):
    with pytest.raises(NotAllowed), transaction():
        remove_picture(stranger, picture)
    assert kept_file(picture.path).exists()


@pytest.mark.parametrize("place", ["text", "explanation", "options"])
def test_picture_that_a_text_shows_stays(trainer, course, picture, place):
    options = ("90", picture.markup) if place == "options" else ("90", "60")
    texts = {place: f"见 {picture.markup}"} if place != "options" else {}
    with transaction():
        question = operations.create_question(trainer, course, facts(options=options, **texts))
        operations.retire_question(trainer, question)
    with pytest.raises(Conflict), transaction():
        remove_picture(trainer, picture)
    assert kept_file(picture.path).exists()


def test_picture_that_a_text_once_showed_stays_for_its_history(trainer, course, picture):
    with transaction():
        question = operations.create_question(
            trainer, course, facts(text=f"见 {picture.markup}", options=("90", "60"))
        )
        operations.revise_question(trainer, question, facts(text="没有图", options=("90", "60")))
    with pytest.raises(Conflict), transaction():
        remove_picture(trainer, picture)


def test_page_offers_to_remove_what_is_not_used(client, trainer, course, picture):
    sign_in(client, trainer)
    address = f"/manage/courses/{course.slug}/questions/pictures"
    remove = f"{address}/{picture.public_id}/remove"
    with transaction():
        question = operations.create_question(
            trainer, course, facts(text=f"见 {picture.markup}", options=("90", "60"))
        )
    page = client.get(address).text
    assert "正在使用" in page
    assert remove not in page
    assert "还有题目在使用" in client.post(remove, follow_redirects=True).text
    db.session.delete(db.session.merge(question))
    db.session.commit()
    assert remove in client.get(address).text
    assert "图片已删除" in client.post(remove, follow_redirects=True).text
    assert client.post(remove).status_code == 404
