package zendesk

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/rest"
)

// readdress gives a person these addresses and no others, the first as the primary one,
// which Zendesk never deletes. With all it deletes identities of other types too, as
// those of social networks.
// (https://developer.zendesk.com/api-reference/ticketing/users/user_identities/)
func (t *target) readdress(ctx context.Context, path string, addresses []string, all bool) error {
	if len(addresses) == 0 {
		return &connectors.Rejected{Reason: "never_emptied", Field: "person.emails"}
	}
	var had []identity
	err := each(ctx, t.desk, "list addresses", path+".json", "identities", nil, func(i identity) bool { had = append(had, i); return true })
	if err != nil {
		return err
	}
	for n, address := range addresses {
		own, err := t.identityOf(ctx, path, had, address)
		if err != nil {
			return err
		}
		if n == 0 && !own.Primary {
			if err := t.send(ctx, http.MethodPut, "make address primary", path+"/"+rest.ID(own.ID)+"/make_primary.json", nil, nil, nil); err != nil {
				return err
			}
		}
	}
	for _, i := range had {
		wanted := i.Type == "email" && slices.ContainsFunc(addresses, func(a string) bool { return strings.EqualFold(a, i.Value) })
		if wanted || i.Type != "email" && !all {
			continue
		}
		err := t.send(ctx, http.MethodDelete, "delete address", path+"/"+rest.ID(i.ID)+".json", nil, nil, nil)
		if err != nil && !errors.Is(err, connectors.ErrNotFound) {
			return err
		}
	}
	return nil
}

// identityOf is the person's identity with an address; it is made where there is none.
// Nobody is mailed.
func (t *target) identityOf(ctx context.Context, path string, had []identity, address string) (*identity, error) {
	for i := range had {
		if had[i].Type == "email" && strings.EqualFold(had[i].Value, address) {
			return &had[i], nil
		}
	}
	var made struct {
		Identity *identity `json:"identity"`
	}
	body := object{"identity": object{"type": "email", "value": address, "verified": true, "skip_verify_email": true}}
	if err := t.send(ctx, http.MethodPost, "add address", path+".json", nil, body, &made); err != nil {
		return nil, err
	}
	if made.Identity == nil {
		return nil, unlike("add address")
	}
	return made.Identity, nil
}
