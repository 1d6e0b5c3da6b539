package redmine

import (
	"context"
	"slices"
)

// may reports whether one of the user's roles in the project lets him write.
// Redmine answers 204 to a note that it ignores, and publishes a private one.
func (d *desk) may(ctx context.Context, f *facts, project string, u user, private bool) (bool, error) {
	roles, err := d.rolesIn(ctx, f, project, u)
	if err != nil {
		return false, err
	}
	needs := writerRights
	if private {
		needs = append(slices.Clone(needs), privateRight)
	}
	for _, r := range roles {
		lacks := slices.ContainsFunc(needs, func(p string) bool { return !slices.Contains(r.Permissions, p) })
		if !lacks {
			return true, nil
		}
	}
	return false, nil
}

// rolesIn are the roles of a user in a project.
func (d *desk) rolesIn(ctx context.Context, f *facts, project string, u user) (roles []role, err error) {
	members, err := d.membersOf(ctx, project)
	if err != nil {
		return nil, err
	}
	d.people.mu.Lock()
	ids := slices.Clone(members[u.ID])
	d.people.mu.Unlock()
	for _, n := range ids {
		r, err := d.role(ctx, f, n)
		if err != nil {
			return nil, err
		}
		roles = append(roles, r)
	}
	return roles, nil
}

// role is a role with its permissions, asked once.
func (d *desk) role(ctx context.Context, f *facts, n int64) (role, error) {
	f.mu.Lock()
	for _, r := range f.roles {
		if r.ID == n {
			f.mu.Unlock()
			return r, nil
		}
	}
	f.mu.Unlock()
	var one struct {
		Role role `json:"role"`
	}
	if err := d.get(ctx, "read role", "/roles/"+id(n)+".json", nil, &one); err != nil {
		return role{}, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.roles["#"+id(n)] = one.Role // no role is called so by a plan
	return one.Role, nil
}
