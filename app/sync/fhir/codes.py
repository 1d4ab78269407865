"""The code and identifier systems of the message contract, in one place for building, checking and reading."""

from __future__ import annotations

#: Where our own systems live unless the home's settings say otherwise. The check accepts any base.
DEFAULT_BASE = "https://hartwell.example/fhir"

NHS_NUMBER = "https://fhir.nhs.uk/Id/nhs-number"
ODS = "https://fhir.nhs.uk/Id/ods-organization-code"
SNOMED = "http://snomed.info/sct"
UCUM = "http://unitsofmeasure.org"
VERIFICATION_EXTENSION = "https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NHSNumberVerificationStatus"
VERIFICATION_SYSTEM = "https://fhir.hl7.org.uk/CodeSystem/UKCore-NHSNumberVerificationStatusEngland"
DATA_ABSENT = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
COVERAGE = "complex-care-premium"

#: SNOMED CT concepts for totals that have one (UK Core example of an early warning score).
SCORE_CONCEPTS = {"news2": ("1104051000000101", "National Early Warning Score 2 total score")}
