package evidence

import (
	"fmt"
	"time"
)

// full is the report of a run that needs attention, with something in every
// part of the page.
func full() Report {
	at := time.Date(2026, 3, 1, 14, 5, 9, 0, time.UTC)
	r := Report{
		Version: 1, Tool: "safeconduct 0.1.0", Migration: "acme-2026", Run: "r0003", Mode: "full", State: "finished",
		PlanHash: "9c1f2a7be04d5531", Started: at, Ended: at.Add(47 * time.Minute),
		Answers: Answers{Controller: "ACME Bürotechnik GmbH", Contact: "privacy@acme.example", Purpose: "Move to a new help desk",
			LegalBasis: "Art. 6(1)(b) GDPR, contract", Regimes: []string{"gdpr", "uk-gdpr"}, Retention: "90 days", Preset: "pseudonymous"},
		Source: Desk{Connector: "csv", Product: "CSV files", Tested: "files",
			Notes: []string{"tickets.csv: UTF-8, comma, 27 columns", "attachments.csv: 3 files are named that the folder does not hold"}},
		Target: Desk{Connector: "rt", Product: "Request Tracker", Version: "5.0.3", Tested: "live: Request Tracker 5.0.3"},
		Kinds: []Kind{
			{Kind: "ticket", Read: 1510, Outcomes: map[string]int{"loaded": 1459, "excluded": 36, "quarantined": 12, "pending": 3}},
			{Kind: "person", Read: 402, Outcomes: map[string]int{"loaded": 394, "unchanged": 8}, Placeholders: 5},
			{Kind: "group", Read: 6, Outcomes: map[string]int{"loaded": 6}},
			{Kind: "definition", Read: 5, Outcomes: map[string]int{"loaded": 5}},
			{Kind: "organization", Read: 11, Outcomes: map[string]int{"loaded": 11}},
		},
		Fields: []Field{
			{Name: "ticket.subject", Fidelity: "native", Classes: map[string]int{"EXACT": 1201, "MASKED": 256, "UNEXPECTED": 2}},
			{Name: "ticket.status", Fidelity: "second_step", Classes: map[string]int{"TRANSFORMED": 1459}},
			{Name: "ticket.number", Fidelity: "native", Classes: map[string]int{"MASKED": 1459}},
			{Name: "ticket.solved", Fidelity: "lost", Classes: map[string]int{"LOST": 1322}},
			{Name: "ticket.custom.Nächster Besuch", Fidelity: "native", Classes: map[string]int{"NOT_MAPPED": 118}},
			{Name: "ticket.requester", Fidelity: "native", Classes: map[string]int{"EXACT": 1456, "NOT_MAPPED": 3}},
			{Name: "comment.body", Fidelity: "native", Classes: map[string]int{"EXACT": 3877, "NORMALISED": 61, "MASKED": 2204}},
			{Name: "comment.created", Fidelity: "create_only", Classes: map[string]int{"EXACT": 6142}},
			{Name: "comment.channel", Fidelity: "emulated", Classes: map[string]int{"EMULATED": 6142}},
			{Name: "person.name", Fidelity: "native", Classes: map[string]int{"MASKED": 394}},
			{Name: "person.email", Fidelity: "native", Classes: map[string]int{"MASKED": 394}},
			{Name: "person.language", Classes: map[string]int{"DEFAULTED": 41}},
		},
		Inventory: []PersonalData{
			{Field: "person.name", Kind: "name", Found: 402, Sure: 402, Records: 402}, {Field: "person.email", Kind: "email", Found: 402, Sure: 402, Records: 402},
			{Field: "person.phone", Kind: "phone", Found: 188, Sure: 188, Records: 180},
			{Field: "comment.body", Kind: "email", Found: 1204, Sure: 1204, Records: 511, Channels: map[string]int{"email": 400, "web": 100, "other": 11}},
			{Field: "comment.body", Kind: "name", Found: 5120, Sure: 4711, Records: 1377, Channels: map[string]int{"email": 1300, "sms": 77}},
			{Field: "comment.body", Kind: "phone", Found: 702, Sure: 690, Records: 410},
			{Field: "comment.body", Kind: "iban", About: []string{"payment"}, Found: 14, Sure: 13, Records: 11},
			{Field: "comment.body", Kind: "card", About: []string{"payment"}, Found: 2, Sure: 2, Records: 2},
			{Field: "ticket.subject", Kind: "name", Found: 256, Sure: 250, Records: 256},
		},
		Rules: []Rule{
			{"name: pseudonymize", 394}, {"email: pseudonymize", 394}, {"map: map", 1459}, {"custom: drop", 118},
			{"text: name pseudonymize, card mask", 2204}, {"number: pseudonymize", 1459},
		},
		Files: Files{Compared: 811, LeftOut: map[string]int{"file_type": 9, "file_too_large": 2, "gone_in_source": 3},
			Types: []FileType{{"application/pdf", map[string]int{"quarantined": 14}}, {"image/jpeg", map[string]int{"stripped": 402, "unchanged": 31}},
				{"text/csv", map[string]int{"rewritten": 112, "unchanged": 252}}},
			Unread: map[string]int{"unknown_type": 13, "too_large": 1}},
		Findings: differences(),
		Foreign:  4,
		Dangling: map[string]int{"ticket": 3},
		Census: Census{Counted: true, Read: 1934, Accounted: 1934, Conserved: true, Kinds: []KindCensus{
			{Kind: "group", Expected: 6, Found: 6}, {Kind: "definition", Expected: 5, Found: 5}, {Kind: "organization", Expected: 11, Found: 11},
			{Kind: "person", Expected: 399, Found: 399}, {Kind: "ticket", Expected: 1462, Found: 1462}}},
		Sealed: &Seal{At: at.Add(46 * time.Minute), Keys: []string{"raw", "clean"}, Objects: 1641, Bytes: 48_213_770},
		Remains: []Remains{
			{"ledger", "ledger", "2026-05-30 or close"}, {"keys", "keyring", "2026-05-30 or close"},
			{"evidence", "evidence", "records"}, {"desks", "desks", "own"},
		},
		Audit: Audit{Shards: 44, Events: 231, Intact: true, Heads: "5f2b7e0c9a1d44b8f6e3c2d1907a6b5c4d3e2f10998877665544332211ffeedd"},
	}
	r.Aside = aside()
	return r
}

// ref looks as references do: URL-safe base64 of some sixty characters.
func ref(n int) string {
	return fmt.Sprintf("AX3k%03dq_Zr8vT0mWc4LhYd1-JbQeNs7uGfKp2oRiVtXw6aSlHzBnE9yC5M", n)
}

func differences() []Difference {
	return []Difference{
		{Kind: "ticket", Ref: ref(901), ID: "10417", Path: "subject", Class: "UNEXPECTED"},
		{Kind: "ticket", Ref: ref(902), ID: "10988", Path: "subject", Class: "UNEXPECTED"},
	}
}

func aside() (all []Aside) {
	for i := range 36 {
		all = append(all, Aside{Kind: "ticket", Outcome: "excluded", Reason: "outside_dates", Ref: ref(i)})
	}
	for i := range 9 {
		all = append(all, Aside{Kind: "ticket", Outcome: "quarantined", Reason: "wrong_columns", Ref: ref(100 + i), Place: fmt.Sprintf("tickets.csv:%d:3", 17+i)})
	}
	for i := range 3 {
		all = append(all, Aside{Kind: "ticket", Outcome: "quarantined", Reason: "rejected: unknown_status (ticket.status)", Ref: ref(200 + i)})
		all = append(all, Aside{Kind: "ticket", Outcome: "pending", Ref: ref(300 + i)})
	}
	return all
}

// clean is the report of a run that left nothing to do.
func clean() Report {
	r := full()
	r.Kinds = []Kind{
		{Kind: "person", Read: 402, Outcomes: map[string]int{"loaded": 394, "unchanged": 8}},
		{Kind: "ticket", Read: 1532, Outcomes: map[string]int{"loaded": 1496, "excluded": 36}},
	}
	r.Fields[0].Classes = map[string]int{"EXACT": 1203, "MASKED": 256}
	r.Aside, r.Findings = r.Aside[:36], nil
	r.Files.Types, r.Files.Unread = r.Files.Types[1:], nil
	return r
}

// stopped is the report of a run that the census refused: written before the
// ledger knows that it failed.
func stopped() Report {
	r := full()
	r.State, r.Sealed, r.Ended = "running", nil, time.Time{}
	r.Census.Kinds[4].Found, r.Census.Kinds[4].Missing, r.Census.Conserved = 1460, 2, false
	return r
}

// nothing is the report of a run that read no record.
func nothing() Report {
	r := full()
	r.Kinds, r.Fields, r.Inventory, r.Rules, r.Aside, r.Findings, r.Dangling, r.Foreign = nil, nil, nil, nil, nil, nil, nil, 0
	r.Files, r.Census = Files{}, Census{Counted: true, Conserved: true}
	return r
}

// reports are all of them, by name.
func reports() map[string]Report {
	return map[string]Report{"full": full(), "clean": clean(), "stopped": stopped(), "nothing": nothing(), "empty": {}}
}
