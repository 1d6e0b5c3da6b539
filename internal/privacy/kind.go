package privacy

// A Kind is a kind of personal data. The names stand in plans and in reports.
type Kind string

const (
	Name         Kind = "name"         // a person's name, in any form
	Organization Kind = "organization" // a company on record
	Email        Kind = "email"        // an e-mail address, RFC 5322
	Phone        Kind = "phone"        // a telephone or fax number, E.164
	Address      Kind = "address"      // a postal address, or the code of one
	Birth        Kind = "birth"        // a date of birth, or an age
	IBAN         Kind = "iban"         // a bank account, ISO 13616
	Card         Kind = "card"         // a payment card's number (PAN), ISO/IEC 7812
	Account      Kind = "account"      // other numbers of payment: routing, account, BIC, crypto currency
	Secret       Kind = "secret"       // a password, key or token
	NationalID   Kind = "national-id"  // a number that a state gives to a person
	TaxID        Kind = "tax-id"       // a number of the tax office
	HealthID     Kind = "health-id"    // a number of patients, insured people or practitioners
	DocumentID   Kind = "document-id"  // a passport, identity card or driving licence
	Vehicle      Kind = "vehicle"      // a vehicle's number or plate
	Device       Kind = "device"       // a telephone's or its card's number, an address of hardware
	Network      Kind = "network"      // an address on the internet
	Place        Kind = "place"        // coordinates
	Health       Kind = "health"       // a diagnosis by its code

	// Login is a kind of structured fields that Detect does not look for.
	Login Kind = "login"
)

// TextKinds lists the kinds that Detect finds in free text. A policy decides
// each of them.
func TextKinds() []Kind {
	return []Kind{Name, Organization, Email, Phone, Address, Birth, IBAN, Card, Account, Secret, NationalID, TaxID, HealthID, DocumentID,
		Vehicle, Device, Network, Place, Health}
}

// A Span is a stretch of a text, in bytes, that holds personal data.
type Span struct {
	Start, End int
	Kind       Kind
	// Type is what it is more exactly, where a kind has several: "SSN".
	Type string
	// Valid says that a check digit, a numbering plan or the record confirmed the span.
	// Where it is false, a word beside it did ("card", "Mr"): likely a mistyped number,
	// or a person on no record.
	Valid bool
	// Person is the place in People of whom the span names, counted from 1; 0 if
	// that is unknown.
	Person int
}

// seen counts one span.
func (s Span) seen() Seen {
	if s.Valid {
		return Seen{1, 1}
	}
	return Seen{1, 0}
}

// typeNames are the types of kinds that have only one.
var typeNames = map[Kind]string{
	Name: "PERSON", Organization: "ORG", Email: "EMAIL", Phone: "PHONE", Address: "ADDRESS", Birth: "DOB", IBAN: "IBAN", Card: "CARD",
	Account: "ACCOUNT", Secret: "KEY", NationalID: "NATIONAL_ID", TaxID: "TAX_ID", HealthID: "HEALTH_ID", DocumentID: "DOCUMENT_ID",
	Vehicle: "VEHICLE", Device: "DEVICE", Network: "IP", Place: "GEO", Health: "DIAGNOSIS",
}

// TypeName is the type of a span, for those who want to know more than its kind.
func (s Span) TypeName() string {
	if s.Type != "" {
		return s.Type
	}
	return typeNames[s.Kind]
}

// Areas says of which data with rules of their own a kind is: health (Art. 9 GDPR, 45
// CFR 160.103), insurance, payment (PCI DSS). Words of a text may tell such things
// without any of these kinds.
func (k Kind) Areas() []string {
	switch k {
	case Health:
		return []string{"health"}
	case HealthID:
		return []string{"health", "insurance"}
	case Card, IBAN, Account:
		return []string{"payment"}
	}
	return nil
}
