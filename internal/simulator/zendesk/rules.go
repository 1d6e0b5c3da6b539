package zendesk

// SetRules says how many there are in a list of what works by itself: triggers/active,
// automations/active, macros/active, slas/policies, recipient_addresses. A negative
// number: the plan of the account does not have them.
func (d *Desk) SetRules(list string, n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.rules[list] = n
}

// countRules answers with the number alone: nobody reads more of them.
func (d *Desk) countRules(list string) answer {
	if d.rules[list] < 0 {
		return missing()
	}
	return ok(object{"count": d.rules[list]})
}
