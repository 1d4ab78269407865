"""Bulk entry: all or nothing, with every problem named by row and column."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from app.domain.errors import UserError
from app.domain.people import (
    Allergy,
    ChcPeriod,
    Contact,
    CprDecision,
    CprKind,
    Diagnosis,
    FactBody,
    FactKind,
    Gender,
    Medicine,
    Need,
    Role,
    Stay,
)
from app.services import imports, residents, staff
from tests.factories import LivingHome

LEAST = "key,family_name,given_name,date_of_birth,admitted_at\n"
ROW = "R1,Smith,John,1937-09-06,2026-01-05\n"


def bodies(home: LivingHome, key: str) -> dict[FactKind, list[FactBody]]:
    person = residents.resident_by_key(home.session, key)
    record = residents.open_resident(home.session, person.id)
    return {kind: [fact.body for fact in facts] for kind, facts in record.facts.items() if facts}


def problems(home: LivingHome, text: str | bytes) -> list[tuple[int | None, str, str]]:
    data = text.encode() if isinstance(text, str) else text
    with pytest.raises(UserError) as refusal:
        imports.import_residents(home.session, data)
    assert residents.find_residents(home.session, include_left=True) == (), "nothing was imported"
    return [(problem.row, problem.field, problem.message) for problem in refusal.value.problems]


def test_a_whole_row_becomes_a_whole_record(home: LivingHome) -> None:
    text = (
        "\ufeffkey,nhs_number,title,family_name,given_name,preferred_name,date_of_birth,gender,room,admitted_at,"
        "gp_code,gp_name,gp_phone,allergies,diagnoses,medicines,cpr,contact_name,contact_relation,contact_phone,needs,"
        "chc_from,chc_to,consent_sharing\r\n"
        'R1,999 000 0018,Mrs,"O\'Neil, Smith",Zoë,Zo,13/04/1931,F,12,2026-01-05T11:00,E82999,Cedar,01632 960110,'
        'Penicillin=rash;Nuts,"Type 2 diabetes; COPD",Apixaban 5 mg=twice a day;Paracetamol 1 g,dnacpr,Sam,son,'
        "01632 960111,dementia;continence=2026-10-01;engagement,2026-02-01,28-Feb-2026,yes\r\n"
    )
    assert imports.import_residents(home.session, text.encode()).count == 1
    details = residents.resident_by_key(home.session, "R1").details
    assert details.banner_name == "O'NEIL, SMITH, Zoë (Mrs)"
    assert details.nhs_number == "9990000018"
    assert details.date_of_birth == date(1931, 4, 13)
    assert details.gender is Gender.FEMALE
    assert details.consent_sharing is True
    facts = bodies(home, "R1")
    assert facts[FactKind.STAY] == [Stay(datetime(2026, 1, 5, 11, tzinfo=UTC))]
    assert set(facts[FactKind.ALLERGY]) == {Allergy("Penicillin", "rash"), Allergy("Nuts")}
    assert set(facts[FactKind.DIAGNOSIS]) == {Diagnosis("Type 2 diabetes"), Diagnosis("COPD")}
    assert set(facts[FactKind.MEDICINE]) == {
        Medicine("Apixaban 5 mg", "twice a day", time_critical=True),
        Medicine("Paracetamol 1 g"),
    }
    assert facts[FactKind.CPR] == [CprDecision(CprKind.DNACPR)]
    assert facts[FactKind.CONTACT] == [Contact("Sam", "son", "01632 960111", main=True)]
    assert set(facts[FactKind.NEED]) == {
        Need("dementia"),
        Need("continence", evidenced_on=date(2026, 10, 1)),
        Need("engagement"),
    }
    assert facts[FactKind.CHC] == [ChcPeriod(date(2026, 2, 1), date(2026, 2, 28))]


def test_only_five_columns_are_needed_and_silence_stays_silence(home: LivingHome) -> None:
    imports.import_residents(home.session, (LEAST + ROW).encode())
    details = residents.resident_by_key(home.session, "R1").details
    assert details.nhs_number is None
    assert details.nhs_number_absent_reason == "Not given in the import"
    assert details.consent_sharing is None
    assert details.gender is Gender.UNKNOWN
    assert set(bodies(home, "R1")) == {FactKind.STAY}


@pytest.mark.parametrize(
    ("cell", "kept"),
    [
        ("", []),
        ("NKDA", [Allergy(none_known=True)]),
        ("nkda;NKDA", [Allergy(none_known=True)]),
        ("Penicillin=rash;NKDA", [Allergy("Penicillin", "rash")]),
        ("NKDA;Penicillin", [Allergy("Penicillin")]),
    ],
)
def test_no_known_allergies_is_said_only_when_it_is_said_alone(
    home: LivingHome, cell: str, kept: list[Allergy]
) -> None:
    text = LEAST.replace("\n", ",allergies\n") + ROW.replace("\n", f",{cell}\n")
    imports.import_residents(home.session, text.encode())
    assert bodies(home, "R1").get(FactKind.ALLERGY, []) == kept


@pytest.mark.parametrize(
    "admitted", ["2026-10-15", "15/10/2026", "15-Oct-2026", "15-OCT-2026", "2026-10-15T00:00", "2026-10-14T23:00+00:00"]
)
def test_an_admission_is_read_in_every_form(home: LivingHome, admitted: str) -> None:
    imports.import_residents(home.session, (LEAST + ROW.replace("2026-01-05", admitted)).encode())
    assert bodies(home, "R1")[FactKind.STAY] == [Stay(datetime(2026, 10, 14, 23, tzinfo=UTC))]


def test_ten_different_faults_import_nothing_and_are_each_named(home: LivingHome) -> None:
    header = "key,nhs_number,family_name,given_name,date_of_birth,admitted_at,gender,cpr,needs,chc_from,chc_to\n"
    rows = [
        "R01,9990000018,Good,Ann,1931-05-02,2026-01-05,F,attempt,falls,,",
        "R02,9990000019,Bad,Ann,1931-05-03,2026-01-05,,,,,",
        "R03,,,Ann,1931-05-04,2026-01-05,,,,,",
        "R04,,Bad,Ann,03/04/1931,2026-01-05,,,,,",
        "R05,,Bad,Ann,1931-02-30,2026-01-05,,,,,",
        "R06,,Bad,Ann,1931-05-07,2027-01-05,,,,,",
        "R07,,Bad,Ann,1931-05-08,2026-01-05,lady,,,,",
        "R08,,Bad,Ann,1931-05-09,2026-01-05,,perhaps,,,",
        "R09,,Bad,Ann,1931-05-10,2026-01-05,,,happiness,,",
        "R10,,Bad,Ann,1931-05-11,2026-01-05,,,,2026-03-01,2026-02-01",
        "R01,,Bad,Ann,1931-05-12,2026-01-05,,,,,",
    ]
    found = problems(home, header + "\n".join(rows))
    assert sorted((row, column) for row, column, _ in found) == [
        (3, "nhs_number"), (4, "family_name"), (5, "date_of_birth"), (6, "date_of_birth"), (7, "admitted_at"),
        (8, "gender"), (9, "cpr"), (10, "needs"), (11, "chc_to"), (12, "key"),
    ]  # fmt: skip
    words = {row: message for row, _, message in found}
    assert words[5] == "03/04/1931 can be read two ways. Write it as YYYY-MM-DD"
    assert words[8] == "lady must be female, male, other or unknown"
    assert words[12] == "The same key is in row 2"


@pytest.mark.parametrize(
    ("text", "row", "column"),
    [
        ("", None, "file"),
        (LEAST, None, "file"),
        (b"\xff\xfe\x00", None, "file"),
        (LEAST + "R1,Sm\x00ith,John,1937-09-06,2026-01-05\n", None, "file"),
        ("key,family_name\nR1,Smith\n", 1, "given_name"),
        (LEAST.replace("key", "Key") + ROW, 1, "Key"),
        ("key," + LEAST + "R0," + ROW, 1, "key"),
        (LEAST.replace("\n", ",\n") + ROW.replace("\n", ",\n"), 1, ""),
        (LEAST.replace(",", ";") + ROW.replace(",", ";"), 1, "key;family_name;given_name;date_of_birth;admitted_at"),
        (LEAST + ROW + 'R2,"Smith,John,1937-09-07,2026-01-05\n', 3, "file"),
        (LEAST + "R1,Smith,John,1937-09-06,2026-01-05,surplus\n", 2, "admitted_at"),
        (LEAST + "R1,Smith,John,1937-09-06\n", 2, "admitted_at"),
        (LEAST + "R1,Smith,John,1937-09-06,2026-01-05T25:00\n", 2, "admitted_at"),
        (LEAST + "\n,,,,\nR1,Smith,,1937-09-06,2026-01-05\n", 4, "given_name"),
        (LEAST + 'R1,"Smi\nth",John,1937-09-06,2026-01-05\nR2,Jones,,1937-09-06,2026-01-05\n', 3, "given_name"),
        (LEAST + ROW + "R2,SMITH,john,1937-09-06,2026-01-05\n", 3, "family_name"),
        (LEAST.replace("\n", ",chc_to\n") + ROW.replace("\n", ",2026-02-01\n"), 2, "chc_from"),
        (LEAST.replace("\n", ",contact_phone\n") + ROW.replace("\n", ",01632 960111\n"), 2, "contact_name"),
        (LEAST.replace("\n", ",consent_sharing\n") + ROW.replace("\n", ",maybe\n"), 2, "consent_sharing"),
        (LEAST.replace("\n", ",needs\n") + ROW.replace("\n", ",falls=03/04/2026\n"), 2, "needs"),
        (LEAST.replace("\n", ",medicines\n") + ROW.replace("\n", ",=twice a day\n"), 2, "medicines"),
    ],
)
def test_each_fault_is_named_by_row_and_column(
    home: LivingHome, text: str | bytes, row: int | None, column: str
) -> None:
    assert (row, column) in [(where, field) for where, field, _ in problems(home, text)]


def test_two_rows_with_one_nhs_number_are_noticed_however_it_is_written(home: LivingHome) -> None:
    header = LEAST.replace("key,", "key,nhs_number,")
    text = header + (
        "R1,999 000 0018,Smith,John,1937-09-06,2026-01-05\nR2,999-000-0018,Jones,Ann,1938-09-06,2026-01-05\n"
    )
    assert problems(home, text) == [(3, "nhs_number", "The same nhs_number is in row 2")]


def test_two_people_of_one_name_and_birth_with_two_numbers_are_two_people(home: LivingHome) -> None:
    header = LEAST.replace("key,", "key,nhs_number,")
    text = header + ("R1,9990000018,Smith,John,1937-09-06,2026-01-05\nR2,9990000026,Smith,John,1937-09-06,2026-01-05\n")
    assert imports.import_residents(home.session, text.encode()).count == 2


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("R1,,Jones,Ann,1940-01-01,2026-01-05", "key"),
        ("R2,9990000018,Jones,Ann,1940-01-01,2026-01-05", "nhs_number"),
        ("R2,,SMITH,John,1937-09-06,2026-01-05", "family_name"),
    ],
)
def test_somebody_already_in_the_records_is_not_imported_again(home: LivingHome, row: str, column: str) -> None:
    header = LEAST.replace("key,", "key,nhs_number,")
    imports.import_residents(home.session, (header + "R1,9990000018,Smith,John,1937-09-06,2026-01-05\n").encode())
    with pytest.raises(UserError) as refusal:
        imports.import_residents(home.session, (header + row).encode())
    assert [(p.row, p.field) for p in refusal.value.problems] == [(2, column)]
    assert len(residents.find_residents(home.session)) == 1


def test_a_file_is_imported_once_whole(home: LivingHome) -> None:
    rows = "".join(f"R{n},Family{n},Ann,19{30 + n % 30}-05-{n % 28 + 1:02d},2026-01-05\n" for n in range(200))
    assert imports.import_residents(home.session, (LEAST + rows).encode()).count == 200
    assert len(residents.find_residents(home.session)) == 200
    with home.session.read() as connection:
        actions = connection.exec_driver_sql("SELECT count(*) FROM event WHERE action = 'import'").scalar()
    assert actions == 1


STAFF = "key,name,role,user,started_at,left_at,champion\n"


def test_staff_are_imported_with_their_champion_posts(home: LivingHome) -> None:
    text = STAFF + (
        "S1,Fay Fernleaf,champion,fay,2024-01-01,,falls=2025-01-02/2027-01-01/HC-1;dementia=2025-02-03\n"
        "S2,Lee Left,Carer,,2020-01-01,2025-01-01,\n"
    )
    assert imports.import_staff(home.session, text.encode()).count == 2
    found = {member.details.key: member for member in staff.list_staff(home.session, include_left=True)}
    posts = {post.post.pathway: post.post for post in found["S1"].posts}
    assert posts["falls"].certificate_no == "HC-1"
    assert posts["falls"].expires_on == date(2027, 1, 1)
    assert posts["dementia"].expires_on is None
    assert found["S2"].details.role is Role.CARER
    assert "S2" not in {member.details.key for member in staff.list_staff(home.session)}
    assert {cover.label for cover in staff.cover(home.session) if cover.covered} == {"Dementia", "Falls and fragility"}


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (",Fay,carer,,,,", "key"),
        ("S1,,carer,,,,", "name"),
        ("S1,Fay,,,,,", "role"),
        ("S1,Fay,chief,,,,", "role"),
        ("S1,Fay,carer,,2026-01-01,2025-01-01,", "left_at"),
        ("S1,Fay,carer,,soon,,", "started_at"),
        ("S1,Fay,carer,,,,happiness=2025-01-02", "champion"),
        ("S1,Fay,carer,,,,falls", "champion"),
        ("S1,Fay,carer,,,,falls=03/04/2025", "champion"),
        ("S1,Fay,carer,,,,falls=2025-01-02/2024-01-01/HC-1", "champion"),
        ("mo,Fay,carer,,,,", "key"),
    ],
)
def test_staff_with_a_fault_are_not_imported(home: LivingHome, row: str, column: str) -> None:
    before = staff.list_staff(home.session)
    with pytest.raises(UserError) as refusal:
        imports.import_staff(home.session, (STAFF + "S8,Good,carer,,,,\n" + row + "\n").encode())
    assert [(p.row, p.field) for p in refusal.value.problems] == [(3, column)]
    assert staff.list_staff(home.session) == before
