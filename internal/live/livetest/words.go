package livetest

// What the words of one desk are called in the other.
const (
	FromCSVToRT = `
map:
  number_to: Old number
  statuses: {New: new, Open: open, Pending: stalled, On hold: stalled, waiting for supplier: stalled, Solved: resolved, Closed: resolved, Merged: resolved}
  states: {draft: published}
  priorities: {low: Low, normal: Medium, high: High}
`
	FromCSVToRedmine = `
map:
  number_to: Old number
  statuses: {New: New, Open: In Progress, Pending: Feedback, On hold: Feedback, waiting for supplier: Feedback, Solved: Resolved, Closed: Closed, Merged: Closed}
  states: {draft: published}
  priorities: {low: Low, normal: Normal, high: High}
  types: {question: Support, task: Support, incident: Bug, problem: Bug}
`
	FromRTToRedmine = `
map:
  statuses: {new: New, open: In Progress, stalled: Feedback, resolved: Closed, rejected: Rejected}
  priorities: {Low: Low, Medium: Normal, High: High}
`
	FromRedmineToRT = `
map:
  statuses: {New: new, In Progress: open, Feedback: stalled, Resolved: resolved, Closed: resolved, Rejected: rejected}
  priorities: {Low: Low, Normal: Medium, High: High}
`
)
