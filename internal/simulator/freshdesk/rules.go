package freshdesk

// SetRules puts rules that are on and rules that are off into a list: email_configs,
// automations/1/rules (when a ticket comes), 3 (by the hour), 4 (when it changes),
// sla_policies. A negative number: the plan of the account does not have them.
func (d *Desk) SetRules(list string, on, off int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.rules[list] = [2]int{on, off}
}

func (d *Desk) listRules(list string) answer {
	n := d.rules[list]
	if n[0] < 0 {
		return missing()
	}
	all := []map[string]any{}
	for i := range n[0] + n[1] {
		all = append(all, map[string]any{"id": i + 1, "active": i < n[0]})
	}
	return ok(all)
}
