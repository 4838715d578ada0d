"""Encodings found from the bytes alone, and text that was once decoded wrongly."""

import io

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.ingest.encoding import Utf8, is_damaged, repair, scan

CHINESE = "编号,问题类型,地址\n1,机动车违停,新华路与解放路交叉口东侧50米\n2,暴露垃圾,颐和庄园小区3号楼\n"
TRADITIONAL = "編號,問題,地址\n1,機動車違停,臺北市中正區重慶南路一段\n2,垃圾堆積,臺南市中西區\n"
FRENCH = "id,name\n1,Café à l’hôtel\n2,Ça va très bien, Zürich Straße\n"
RUSSIAN = "ид,адрес\n1,улица Ленина дом три\n2,проспект Мира сорок два\n"


def decoded(content: bytes, encoding: str | None = None) -> tuple[str, str]:
    """Return the encoding that was found, and the text."""
    found = scan(io.BytesIO(content), encoding=encoding)
    stream = Utf8(io.BytesIO(content), found)
    return found.encoding, b"".join(iter(lambda: stream.read(7), b"")).decode()


@pytest.mark.parametrize(
    ("text", "encoding", "name"),
    [
        *((CHINESE, encoding, "utf-8") for encoding in ("utf-8", "utf-8-sig")),
        *((CHINESE, encoding, "gb18030") for encoding in ("gb2312", "gbk", "gb18030")),
        *((CHINESE, encoding, encoding) for encoding in ("utf-16-le", "utf-16-be")),
        *((FRENCH, encoding, encoding) for encoding in ("cp1252", "utf-8")),
        (CHINESE, "utf-16", "utf-16-le"),
        (CHINESE, "utf-32", "utf-32-le"),
        (TRADITIONAL, "big5", "big5"),
        (TRADITIONAL, "utf-8", "utf-8"),
        (RUSSIAN, "cp1251", "cp1251"),
        ("id,name\n1,plain\n", "ascii", "utf-8"),
    ],
)
def test_the_encoding_is_found(text: str, encoding: str, name: str) -> None:
    assert decoded(text.encode(encoding)) == (name, text)


def test_foreign_letters_far_down_the_file_decide() -> None:
    content = b"id,name\n" + b"1,abc\n" * 200_000 + "2,路口违停车辆很多\n".encode("gbk")
    assert decoded(content)[0] == "gb18030"


def test_a_few_broken_bytes_do_not_change_the_encoding() -> None:
    found = scan(io.BytesIO((CHINESE * 20).encode() + b"\xff,x\n"))
    stream = Utf8(io.BytesIO((CHINESE * 20).encode() + b"\xff,x\n"), found)
    text = stream.read().decode()
    assert found.encoding == "utf-8"
    assert text.endswith("\ufffd,x\n")
    assert stream.lost == 1


def test_an_encoding_that_is_said_counts() -> None:
    assert decoded(FRENCH.encode("mac_roman"), "mac_roman") == ("mac-roman", FRENCH)


@settings(deadline=None)
@given(st.text(st.characters(codec="utf-8", exclude_characters="\ufffd\r"), max_size=200))
def test_any_text_in_utf_8_comes_out_as_it_was(text: str) -> None:
    assert decoded(b"\xef\xbb\xbf" + text.encode())[1] == text


@pytest.mark.parametrize(
    ("damaged", "whole"),
    [
        ("the Departmentâ\x80\x99s website", "the Department’s website"),
        ("donâ€™t", "don’t"),
        ("ä¸\xadå\x9b½", "中国"),
        ("Ã©tÃ©", "été"),
        ("路口â\x80\x99s", "路口’s"),
        ("Â\xa0Summons", "\xa0Summons"),
    ],
)
def test_utf_8_that_was_decoded_as_latin_1_or_cp1252_is_repaired(damaged: str, whole: str) -> None:
    fixed, n = repair(pl.Series([damaged, "as it was", None]))
    assert fixed.to_list() == [whole, "as it was", None]
    assert n == 1


@settings(deadline=None)
@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0xFFFF, codec="utf-8"), max_size=40))
def test_what_was_decoded_as_latin_1_comes_back(text: str) -> None:
    damaged = text.encode().decode("latin-1")
    fixed, _n = repair(pl.Series([damaged]))
    if is_damaged(pl.Series([damaged]))[0]:
        assert fixed[0] == text


@pytest.mark.parametrize("good", ["naïve café", "Zürich Straße", "50 °C ± 2", "新华路", "Ångström"])
def test_good_text_is_left_alone(good: str) -> None:
    assert repair(pl.Series([good]))[1] == 0
