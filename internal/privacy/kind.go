package privacy

// A Kind is a kind of personal data. The names stand in plans and in reports.
type Kind string

const (
	Name  Kind = "name"  // a person's full name
	Email Kind = "email" // an e-mail address, RFC 5322
	Phone Kind = "phone" // a telephone or fax number, E.164
	IBAN  Kind = "iban"  // a bank account, ISO 13616
	Card  Kind = "card"  // a payment card's number (PAN), ISO/IEC 7812

	// Kinds of structured fields that Detect does not look for.
	Login   Kind = "login"
	Address Kind = "address"
)

// TextKinds lists the kinds that Detect finds in free text. A policy decides
// each of them.
func TextKinds() []Kind { return []Kind{Name, Email, Phone, IBAN, Card} }

// A Span is a stretch of a text, in bytes, that holds personal data.
type Span struct {
	Start, End int
	Kind       Kind
	// Valid says that a check digit or a numbering plan confirmed the span. Where it
	// is false, a word beside it did ("card", "IBAN"): likely a mistyped number.
	Valid bool
	// Person is the place in People of whom the span names, counted from 1; 0 if
	// that is unknown.
	Person int
}
