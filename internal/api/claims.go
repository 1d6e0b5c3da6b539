package api

import (
	"context"
	"net/http"
	"slices"
	"strings"
)

// Claims names the claims of a token that say whose it is.
type Claims struct {
	Tenant string // "custom:tenant"
	Role   string // "cognito:groups"
}

type claimsKey struct{}

// WithClaims puts the claims of a token that the gateway has checked, and the id
// it gave the request, where the handlers look for them. Nothing that a caller
// can send gets there.
func WithClaims(ctx context.Context, claims map[string]string, id string) context.Context {
	return context.WithValue(context.WithValue(ctx, claimsKey{}, claims), requestIDKey{}, id)
}

// tenantForm keeps a tenant's name from being more than one part of the name of
// a row or an object.
var tenantForm = newForm(`^[a-z0-9][a-z0-9-]{0,39}$`)

// Who reads the identity from the claims of a request. It returns ErrNoIdentity
// where there are none, and ErrNotAllowed for a token that is good and is
// nobody's of ours.
func (c Claims) Who(r *http.Request) (Identity, error) {
	claims, _ := r.Context().Value(claimsKey{}).(map[string]string)
	if len(claims) == 0 {
		return Identity{}, ErrNoIdentity
	}
	who := Identity{Subject: claims["sub"], Tenant: claims[c.Tenant], Roles: rolesOf(claims[c.Role])}
	if !tenantForm.matches(who.Tenant) || len(who.Roles) == 0 {
		return Identity{}, &Refusal{Kind: ErrNotAllowed, Code: "claims", Say: "The token names no tenant, or no role that is known here.",
			Next: "Ask whoever gives out tokens for the claims " + c.Tenant + " and " + c.Role + "."}
	}
	return who, nil
}

// rolesOf reads a claim of one role or several: the gateway writes a list as
// "[operator auditor]".
func rolesOf(claim string) (found []Role) {
	for _, name := range strings.FieldsFunc(claim, func(r rune) bool { return strings.ContainsRune("[], ", r) }) {
		if slices.Contains(Roles(), Role(name)) {
			found = append(found, Role(name))
		}
	}
	return found
}
