"""The accreditation: its six criteria with their proof, and the requests for a bed."""
