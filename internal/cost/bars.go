package cost

// A Bar is what a workload may cost.
type Bar struct {
	Name     string
	Workload Workload
	USD      float64
}

// large is a help desk of 100,000 tickets with five comments each, into a target
// that can list what it got.
func large(attachments float64, oneByOne bool) Workload {
	return Workload{Tickets: 100_000, Comments: 5, Attachments: attachments, OneByOne: oneByOne, Opening: oneByOne, Census: true, Concurrency: 4}
}

// Bars are what was promised of the deployed form.
func Bars() []Bar {
	return []Bar{
		{"100,000 tickets, whole, with attachments", large(0.7, false), 3.30},
		{"100,000 tickets, whole, without attachments", large(0, false), 0.80},
		{"100,000 tickets, comment by comment, with attachments", large(0.7, true), 4.50},
		{"100,000 tickets, comment by comment, without attachments", large(0, true), 2.00},
		{"a demo of 20 tickets", Workload{Tickets: 20, Comments: 5, Attachments: 0.7, Demo: true, Census: true}, 0.004},
	}
}
