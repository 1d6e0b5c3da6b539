package infra

import (
	"fmt"
	"strings"
)

// A Grant is one action that a statement grants to a function.
type Grant struct{ Function, Sid, Action string }

// unrecorded is the section of infra/EXCEPTIONS.md that says why something is
// granted that no test sees used.
const unrecorded = "granted, not recorded"

// InVain compares what is granted with what was used, and names what was neither
// used nor excused, and what is excused and was used or is not granted.
func (s *System) InVain(folder string, used map[Grant]bool) (objections []string, err error) {
	excused, err := Exceptions(folder, unrecorded)
	if err != nil {
		return nil, err
	}
	needed := make([]bool, len(excused))
	for _, function := range Functions {
		for _, by := range s.Granted(function) {
			for _, action := range by.Actions {
				g, why := Grant{function, by.Sid, action}, false
				if used[g] {
					continue
				}
				for i, e := range excused {
					if e.covers(g) {
						needed[i], why = true, true
					}
				}
				if !why {
					objections = append(objections, fmt.Sprintf("%s is granted %s by %s and never used it", function, action, by.Sid))
				}
			}
		}
	}
	for i, e := range excused {
		if !needed[i] {
			objections = append(objections, fmt.Sprintf("infra/EXCEPTIONS.md says that %s at %s is never used; it is, or is not granted", e.What, e.Where))
		}
	}
	return objections, nil
}

// covers reports whether an exception speaks of a grant: its place is
// "function/statement", with * for any function.
func (e Exception) covers(g Grant) bool {
	function, sid, _ := strings.Cut(e.Where, "/")
	return e.What == g.Action && (function == "*" || function == g.Function) && sid == g.Sid
}
