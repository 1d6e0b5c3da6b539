package migration

import (
	"slices"

	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/keyring"
)

// aligned puts the parts that a target gave back where their counterparts stand
// in want: first those that are the same, then the others in their order. A part
// of want that is blank has none. What is left over the target has besides.
func aligned[T comparable](want, got []T, same func(w, g T) bool) (out, besides []T) {
	var blank T
	out, besides = make([]T, len(want)), slices.Clone(got)
	filled := make([]bool, len(want))
	take := func(i, j int) {
		out[i], filled[i] = besides[j], true
		besides = slices.Delete(besides, j, j+1)
	}
	for i, w := range want {
		filled[i] = w == blank
		if j := slices.IndexFunc(besides, func(g T) bool { return same(w, g) }); j >= 0 && !filled[i] {
			take(i, j)
		}
	}
	for i := range want {
		if !filled[i] && len(besides) > 0 {
			take(i, 0)
		}
	}
	return out, besides
}

// alignParts brings the parts of a ticket that was read back into the order of
// want, and returns the comments that the target has besides. Help desks give
// participants, links and files in an order of their own.
func alignParts(index keyring.Index, want, got *helpdesk.Ticket) (besides []helpdesk.Comment) {
	got.Comments, besides = alignComments(index, want.Comments, got.Comments)
	got.Participants, _ = aligned(want.Participants, got.Participants,
		func(w, g helpdesk.Participant) bool { return w.Person == g.Person && w.Email == g.Email })
	got.Links, _ = aligned(want.Links, got.Links, func(w, g helpdesk.Link) bool { return w == g })
	got.TimeEntries, _ = aligned(want.TimeEntries, got.TimeEntries,
		func(w, g helpdesk.TimeEntry) bool { return w.Seconds == g.Seconds && w.Note == g.Note })
	for i := range want.Comments {
		got.Comments[i].Attachments, _ = aligned(want.Comments[i].Attachments, got.Comments[i].Attachments, sameFile)
	}
	return besides
}

// sameFile knows a file by its bytes, one that was left out by its name.
func sameFile(w, g helpdesk.Attachment) bool {
	return w.LeftOut == "" && w.SHA256 == g.SHA256 && w.Name == g.Name || w.LeftOut != "" && g.LeftOut != "" && w.Name == g.Name
}

// blank reports whether a comment only keeps the place of one that is not compared.
func blank(c helpdesk.Comment) bool {
	return c.Body == "" && c.Author == "" && c.Created.IsZero() && len(c.Attachments) == 0
}

// alignComments knows comments by their digests, of which several may be equal.
func alignComments(index keyring.Index, want, got []helpdesk.Comment) (out, besides []helpdesk.Comment) {
	at := map[string][]int{}
	for j, g := range got {
		d := commentDigest(index, g)
		at[d] = append(at[d], j)
	}
	places, all := make([]int, len(want)), make([]int, len(got))
	for j := range all {
		all[j] = j + 1
	}
	for i, w := range want {
		if blank(w) {
			continue
		}
		if d := commentDigest(index, w); len(at[d]) > 0 {
			places[i], at[d] = at[d][0]+1, at[d][1:]
		} else {
			places[i] = -1
		}
	}
	found, rest := aligned(places, all, func(w, g int) bool { return w == g })
	out = make([]helpdesk.Comment, len(want))
	for i, j := range found {
		if j > 0 {
			out[i] = got[j-1]
		}
	}
	for _, j := range rest {
		besides = append(besides, got[j-1])
	}
	return out, besides
}
