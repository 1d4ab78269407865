from tests.factories import *
import time
def test_a(home):
    t=time.time()
    r=home.complex_resident(1)
    s=home.assess(r,"news2",NEWS2_HIGH)
    print(s.outcome.band,s.outcome.score,[ (a.kind,a.phone_number,a.outbox_words) for a in s.alerts])
    print([home.assess(r,"must",x).outcome.band for x in (MUST_LOW,MUST_MEDIUM,MUST_HIGH)])
    print(time.time()-t)
def test_b(home): pass
def test_c(home):
    from app.services import premium
    home.complex_resident(); home.champion("dementia"); home.champion("falls")
    w=premium.week(home.session,WEEK); print(w)
    print(premium.submit(home.session,WEEK,PASSWORD))
    w=premium.week(home.session,WEEK); print(w)
