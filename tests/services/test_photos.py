"""Photos: what may be kept, what is thrown away of it, who agreed, and that it is nowhere in clear."""

from __future__ import annotations

import contextlib
import hashlib
import io
import logging
import struct
import warnings
import zlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image, ImageCms, ImageFile

from app.domain import wounds as domain
from app.domain.errors import EnvironmentTrouble, UserError
from app.domain.people import FactKind, ResidentId, Role, Stay
from app.domain.photos import BEST_INTERESTS, RESIDENT, Consent
from app.domain.wounds import Wound
from app.services import audit, photos, residents, retention, wounds
from tests.factories import NOW, PASSWORD, LivingHome

AGREED = Consent(RESIDENT)
CANARY = b"Kingfisher-51.7520-N"


def jpeg(size: tuple[int, int] = (640, 480), *, colour: str = "firebrick", **saved: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "JPEG", **saved)
    return out.getvalue()


def noisy(size: tuple[int, int] = (900, 700), **saved: object) -> bytes:
    """A picture that does not shrink to nothing, so that a part of it can be missing."""
    out = io.BytesIO()
    Image.effect_noise(size, 60).convert("RGB").save(out, "JPEG", **saved)
    return out.getvalue()


def png(image: Image.Image, **saved: object) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG", **saved)
    return out.getvalue()


def png_header(width: int, height: int) -> bytes:
    """A PNG that says it is so large, in a hundred bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    size = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def read(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


@pytest.fixture(autouse=True)
def nothing_warns() -> Iterator[None]:
    """Pillow warns about large pictures; ours says so in words instead."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


@pytest.fixture
def person(home: LivingHome) -> ResidentId:
    return home.resident(1)


# ------------------------------------------------------------------------------------------------------ what is refused


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b"Dear all, the wound looks better", "is not a photo"),
        (b"GIF89a" + bytes(50), "a GIF"),
        (b"BM" + bytes(50), "a BMP"),
        (b"II*\x00" + bytes(50), "a TIFF"),
        (b"%PDF-1.7", "a PDF"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "a WebP"),
        (b"\x00\x00\x00\x18ftypheic" + bytes(50), "HEIC"),
        (b"\xff\xd8\xff", "damaged"),
        (png_header(7747, 7746), "61 megapixels"),
        (png_header(30_000, 30_000), "900 megapixels"),
        (png_header(10, 10), "damaged"),
    ],
)
def test_what_is_no_photo_is_refused_in_words(data: bytes, words: str) -> None:
    with pytest.raises(UserError, match=words) as refused:
        photos.prepared(data)
    assert refused.value.field == "file"


def test_a_bomb_is_refused_by_its_header_and_never_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    decoded: list[object] = []
    monkeypatch.setattr(ImageFile.ImageFile, "load", decoded.append)
    with pytest.raises(UserError, match="The most is 60"):
        photos.prepared(png_header(60_000, 60_000))
    assert decoded == []


def test_exactly_sixty_megapixels_are_let_in() -> None:
    """The header is allowed; that there is no picture behind it is the next thing found out."""
    with pytest.raises(UserError, match="only part of it"):
        photos.prepared(png_header(10_000, 6_000))
    with pytest.raises(UserError, match="61 megapixels"):
        photos.prepared(png_header(10_000, 6_001))


@pytest.mark.parametrize("part", [0.2, 0.5, 0.9])
def test_a_part_of_a_photo_is_refused(part: float) -> None:
    whole = noisy()
    with pytest.raises(UserError, match="only part of it is there"):
        photos.prepared(whole[: int(len(whole) * part)])
    whole = png(Image.effect_noise((300, 200), 60))
    with pytest.raises(UserError, match="damaged"):
        photos.prepared(whole[: int(len(whole) * part)])


def test_every_flipped_byte_is_a_photo_or_is_refused_in_words() -> None:
    """Whatever a damaged card hands over: a picture, or words; nothing else comes out."""
    whole = jpeg((64, 48))
    for at in range(0, len(whole), 7):
        with contextlib.suppress(UserError):
            photos.prepared(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])


def test_a_moving_picture_is_refused_and_a_second_one_behind_the_photo_is_left_out() -> None:
    frames = [Image.new("RGB", (40, 30), colour) for colour in ("red", "blue")]
    with pytest.raises(UserError, match="moving picture"):
        photos.prepared(png(frames[0], save_all=True, append_images=frames[1:]))
    out = io.BytesIO()
    frames[0].save(out, "MPO", save_all=True, append_images=frames[1:])
    red, _, blue = read(photos.prepared(out.getvalue()).jpeg).getpixel((20, 15))  # type: ignore[misc]
    assert red > 200
    assert blue < 50


def test_a_file_is_read_or_refused_in_words(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    with pytest.raises(EnvironmentTrouble, match="could not be read"):
        photos.read_file(path)
    with pytest.raises(UserError, match="a folder"):
        photos.read_file(tmp_path)
    with path.open("wb") as file:
        file.truncate(40_000_001)  # sparse: takes no room
    with pytest.raises(UserError, match="The most is 40 MB"):
        photos.read_file(path)
    path.write_bytes(b"abc")
    assert photos.read_file(path) == b"abc"


def test_more_than_forty_megabytes_are_refused_before_they_are_looked_at() -> None:
    with pytest.raises(UserError, match="The most is 40 MB"):
        photos.prepared(bytes(40_000_001))


# --------------------------------------------------------------------------------------------------------- what is kept


@pytest.mark.parametrize(
    ("size", "kept"),
    [((4000, 3000), (1600, 1200)), ((3000, 4000), (1200, 1600)), ((1600, 900), (1600, 900)), ((80, 60), (80, 60))],
)
def test_it_is_shrunk_and_never_grown(size: tuple[int, int], kept: tuple[int, int]) -> None:
    picture = photos.prepared(jpeg(size))
    assert (picture.width, picture.height) == kept
    assert read(picture.jpeg).size == kept
    assert read(picture.jpeg).format == "JPEG"


def test_where_and_with_what_it_was_taken_is_thrown_away() -> None:
    exif = Image.Exif()
    exif[0x010F] = "Canary & Sons"
    exif[0x8825] = {1: "N", 2: (51.0, 45.0, 7.2), 3: "W", 4: (0.0, 20.0, 9.9)}
    data = noisy(exif=exif, comment=CANARY, xmp=b"<x>" + CANARY + b"</x>")
    assert CANARY in data
    assert b"Canary" in data
    assert read(data).getexif().get_ifd(0x8825)
    picture = photos.prepared(data)
    kept = read(picture.jpeg)
    assert dict(kept.getexif()) == {}
    assert set(kept.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    assert CANARY not in picture.jpeg
    assert b"Canary" not in picture.jpeg
    assert b"Exif" not in picture.jpeg


def test_it_is_turned_the_right_way_up() -> None:
    """A telephone held upright writes a picture that lies on its side, and a note to turn it."""
    lying = Image.new("RGB", (400, 200), "white")
    lying.paste("red", (0, 0, 200, 200))
    exif = Image.Exif()
    exif[0x0112] = 6  # turn a quarter clockwise
    out = io.BytesIO()
    lying.save(out, "JPEG", exif=exif)
    kept = read(photos.prepared(out.getvalue()).jpeg)
    assert kept.size == (200, 400)
    top, bottom = kept.getpixel((100, 50)), kept.getpixel((100, 350))
    assert top[1] < 50  # type: ignore[index]
    assert bottom[1] > 200  # type: ignore[index]


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA", "I;16"])
def test_every_kind_of_png_becomes_a_picture_in_colour(mode: str) -> None:
    assert read(photos.prepared(png(Image.new(mode, (50, 40)))).jpeg).mode == "RGB"


def test_what_is_see_through_is_white() -> None:
    kept = read(photos.prepared(png(Image.new("RGBA", (50, 40), (0, 0, 0, 0)))).jpeg)
    assert kept.getpixel((25, 20)) == (255, 255, 255)


def test_colours_of_another_profile_are_turned_into_standard_ones() -> None:
    """Tissue is judged by its colour: a profile is applied before it is thrown away, one that is broken is left out."""
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    same = read(photos.prepared(jpeg(icc_profile=lab)).jpeg)
    broken = read(photos.prepared(jpeg(icc_profile=b"no profile at all")).jpeg)
    for kept in (same, broken):
        red, green, blue = kept.getpixel((100, 100))  # type: ignore[misc]
        assert abs(red - 178) + abs(green - 34) + abs(blue - 34) < 12
        assert "icc_profile" not in kept.info


# ------------------------------------------------------------------------------------------------------------- consent


@pytest.mark.parametrize(
    ("consent", "words"),
    [
        (None, "Without consent"),
        (Consent("somebody"), "Without consent"),
        (Consent(BEST_INTERESTS), "who made the best-interests decision"),
        (Consent(BEST_INTERESTS, " "), "who made the best-interests decision"),
        (Consent(BEST_INTERESTS, "x" * 201), "200 characters"),
    ],
)
def test_no_photo_without_consent(home: LivingHome, person: ResidentId, consent: Consent | None, words: str) -> None:
    with pytest.raises(UserError, match=words):
        photos.add(home.session, person, jpeg(), consent=consent)
    assert photos.photos(home.session, person) == ()


def test_who_agreed_stands_with_the_photo(home: LivingHome, person: ResidentId) -> None:
    photos.add(home.session, person, jpeg(), consent=AGREED, taken_at=NOW - timedelta(hours=2))
    photos.add(home.session, person, jpeg(), consent=Consent(BEST_INTERESTS, " Ann Osborn, daughter "))
    newest, first = photos.photos(home.session, person)
    assert newest.photo.consent.words == "Best-interests decision by Ann Osborn, daughter"
    assert first.photo.consent.words == "The resident agreed"


# ------------------------------------------------------------------------------------------------------------ the store


def a_wound(home: LivingHome, person: ResidentId) -> str:
    view, x, y = domain.placed("sacrum")
    return wounds.add(
        home.session, person, Wound("sacrum", view, x, y, "pressure", NOW - timedelta(days=9), "Cal Carer")
    ).wound_id


def test_the_picture_comes_back_as_it_was_kept_and_looking_is_audited(home: LivingHome, person: ResidentId) -> None:
    wound_id = a_wound(home, person)
    data = noisy()
    added = photos.add(home.session, person, data, consent=AGREED, about=wound_id, note="with the ruler")
    kept = photos.photo_bytes(home.session, added.photo_id)
    assert kept == photos.prepared(data).jpeg
    row = wounds.wound(home.session, wound_id).photos[0]
    assert (row.photo.size, row.photo.note) == (len(kept), "with the ruler")
    assert photos.photos(home.session, person, "") == ()
    assert [each.id for each in photos.photos(home.session, person, wound_id)] == [added.photo_id]
    said = [each.what for each in audit.who_looked(home.session, person).rows]
    assert said.count("Kept a photo") == 1
    assert said.count("Looked at a photo") == 1


def test_the_fingerprint_in_the_record_is_that_of_the_picture(home: LivingHome, person: ResidentId) -> None:
    added = photos.add(home.session, person, noisy(), consent=AGREED)
    kept = photos.photo_bytes(home.session, added.photo_id)
    with home.session.read() as connection:
        digest, body = connection.exec_driver_sql(
            "SELECT p.sha256, r.body FROM photo p JOIN revision r ON r.id = p.revision_id"
        ).one()
    assert digest == hashlib.sha256(kept).hexdigest()
    assert digest in body  # signed with the revision


def test_no_photo_of_what_is_not_this_residents(home: LivingHome, person: ResidentId) -> None:
    wound_id, other = a_wound(home, person), home.resident(2)
    for resident, about, words in (
        (other, wound_id, "not in the record of this resident"),
        (person, "nothing", "not in the record of this resident"),
        (ResidentId("nobody"), "", "This resident is not in the records"),
    ):
        with pytest.raises(UserError, match=words):
            photos.add(home.session, resident, jpeg(), consent=AGREED, about=about)
    wounds.entered_in_error(home.session, wound_id, reason="another resident")
    with pytest.raises(UserError, match="entered in error"):
        photos.add(home.session, person, jpeg(), consent=AGREED, about=wound_id)


def test_the_time_of_a_photo(home: LivingHome, person: ResidentId) -> None:
    for at, words in (
        (NOW + timedelta(minutes=1), "now or in the past"),
        (NOW - timedelta(days=40_000), "date of birth"),
    ):
        with pytest.raises(UserError, match=words):
            photos.add(home.session, person, jpeg(), consent=AGREED, taken_at=at)
    with pytest.raises(UserError, match="200 characters"):
        photos.add(home.session, person, jpeg(), consent=AGREED, note="x" * 201)


def test_a_photo_in_error_is_shown_no_more_and_stays_in_the_record(home: LivingHome, person: ResidentId) -> None:
    added = photos.add(home.session, person, jpeg(), consent=AGREED)
    with pytest.raises(UserError, match="reason"):
        photos.entered_in_error(home.session, added.photo_id, reason=" ")
    photos.entered_in_error(home.session, added.photo_id, reason="another resident")
    assert photos.photos(home.session, person) == ()
    with pytest.raises(UserError, match="shown no more"):
        photos.photo_bytes(home.session, added.photo_id)
    with pytest.raises(UserError, match="already"):
        photos.entered_in_error(home.session, added.photo_id, reason="again")
    with pytest.raises(UserError, match="not in the records"):
        photos.photo_bytes(home.session, "no-such-photo")


def test_nothing_of_a_photo_is_on_the_disk_in_clear_or_in_a_log(
    home: LivingHome, person: ResidentId, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The JPEG's own bytes are looked for in every file of the home and of the temporary folder."""
    caplog.set_level(logging.DEBUG)
    added = photos.add(home.session, person, noisy((1200, 900)), consent=AGREED, note="Quicksilver")
    kept = photos.photo_bytes(home.session, added.photo_id)
    home.session.close()
    middle = kept[len(kept) // 2 :][:64]
    for path in (each for each in tmp_path.rglob("*") if each.is_file()):
        found = path.read_bytes()
        for canary in (b"JFIF", b"Quicksilver", middle):
            assert canary not in found, path.name
    assert "Quicksilver" not in caplog.text
    home.sign_in_as(Role.MANAGER)
    assert photos.photo_bytes(home.session, added.photo_id) == kept


def test_an_auditor_looks_and_keeps_none(home: LivingHome, person: ResidentId) -> None:
    added = photos.add(home.session, person, jpeg(), consent=AGREED)
    session = home.sign_in_as(Role.AUDITOR)
    assert photos.photo_bytes(session, added.photo_id)
    with pytest.raises(UserError, match="does not let you"):
        photos.add(session, person, jpeg(), consent=AGREED)
    with pytest.raises(UserError, match="does not let you"):
        photos.entered_in_error(session, added.photo_id, reason="r")


def test_destroying_a_record_destroys_its_photos_and_wounds_and_no_other(home: LivingHome, person: ResidentId) -> None:
    """A picture that another resident's record holds too, by chance or by mistake, stays there."""
    other = home.resident(2)
    same = noisy()
    wound_id = a_wound(home, person)
    gone = photos.add(home.session, person, noisy((500, 400)), consent=AGREED, about=wound_id, note="Zzmark")
    for who in (person, other):
        kept = photos.add(home.session, who, same, consent=AGREED)
    stay = residents.read_again(home.session, person).facts[FactKind.STAY][0]
    assert isinstance(stay.body, Stay)
    residents.change_fact(home.session, stay.id, Stay(stay.body.since, NOW), reason="moved away")
    home.clock.at = NOW + timedelta(days=3660)
    home.sign_in_as(Role.MANAGER)
    retention.purge(home.session, [person], PASSWORD, "reviewed")
    with pytest.raises(UserError, match="not in the records"):
        photos.photo_bytes(home.session, gone.photo_id)
    assert photos.photo_bytes(home.session, kept.photo_id) == photos.prepared(same).jpeg
    with home.session.read() as connection:
        counts = connection.exec_driver_sql(
            "SELECT (SELECT count(*) FROM photo), (SELECT count(*) FROM wound), (SELECT count(*) FROM blob), "
            "(SELECT count(*) FROM revision WHERE body LIKE '%Zzmark%')"
        ).one()
    assert tuple(counts) == (1, 0, 1, 0)
