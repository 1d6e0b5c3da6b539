package api

// A Role is what somebody may do. One person may have several.
type Role string

const (
	// Operator runs migrations. It approves nothing.
	Operator Role = "operator"
	// PrivacyOfficer approves what a run is about to write, and reads evidence.
	PrivacyOfficer Role = "privacy_officer"
	// Auditor reads evidence and changes nothing.
	Auditor Role = "auditor"
)

// Roles lists all roles.
func Roles() []Role { return []Role{Operator, PrivacyOfficer, Auditor} }

// An Identity is who asks, by the claims of a checked token.
type Identity struct {
	Subject string
	Tenant  string
	Roles   []Role
}
