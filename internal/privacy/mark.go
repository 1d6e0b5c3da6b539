package privacy

// An Outcome is what became of a field.
type Outcome string

const (
	Pseudonymised Outcome = "PSEUDONYMISED"
	Masked        Outcome = "MASKED"
	Generalised   Outcome = "GENERALISED"
	Shifted       Outcome = "SHIFTED"
	Dropped       Outcome = "DROPPED"
)

// A Mark says which rule changed a field.
type Mark struct {
	Rule  string  `json:"rule"`            // "email: pseudonymize", "text: card mask, phone mask"
	Class Outcome `json:"class"`           // the strongest of what happened
	Spans int     `json:"spans,omitempty"` // replaced inside the text
}

// Marks says by path (helpdesk.Value.Path) what a policy did to one record.
// Fields that no rule changed are not in it.
type Marks map[string]Mark

// A Result is what Apply did to one record.
type Result struct {
	Marks Marks
	// Residual counts what Apply searched its own output for and should not have
	// found. Not empty means: this record did not come out clean.
	Residual []Finding
}

// outcomes says what an operator is called once it happened.
var outcomes = map[Operator]Outcome{
	Pseudonymize: Pseudonymised, Surrogate: Pseudonymised, Mask: Masked, Redact: Masked, Generalize: Generalised, Shift: Shifted, Drop: Dropped,
}

// strongest returns the outcome that leaves less.
func strongest(a, b Outcome) Outcome {
	for _, o := range []Outcome{Dropped, Masked, Pseudonymised} {
		if a == o || b == o {
			return o
		}
	}
	return Generalised
}
