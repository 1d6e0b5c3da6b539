package sample

import "github.com/safeconduct/safeconduct/internal/helpdesk"

// text writes what a field of the class holds, with needles in it.
func (c *cage) text(field string, class helpdesk.Class) string {
	switch class {
	case helpdesk.ClassName:
		return c.word(field) + " " + c.word(field)
	case helpdesk.ClassPhone:
		return c.phone(field)
	case helpdesk.ClassLogin, helpdesk.ClassKey:
		return c.lower(field)
	case helpdesk.ClassAddress:
		return "12 " + c.word(field) + " Lane, " + c.word(field)
	case helpdesk.ClassNumber:
		return "AC-" + c.digits(field, "98", 8)
	case helpdesk.ClassFileName:
		return c.word(field) + ".txt"
	case helpdesk.ClassMessageID:
		return "<" + c.lower(field) + "@mail.example.org>"
	case helpdesk.ClassHTML:
		return c.letter(field)
	case helpdesk.ClassTitle:
		if field == "definition.title" {
			return "Remark"
		}
		return c.word(field) + " & Co."
	}
	return "Please ask " + c.word(field) + " about it."
}

// letter is a body with one needle of every sort.
func (c *cage) letter(field string) string {
	return "Dear team, this is " + c.word(field) + " " + c.word(field) + ". Ring me on " + c.phone(field) +
		" or write to " + c.lower(field) + "@example.com. My card is " + c.card(field) + ", my account " + c.iban(field) +
		", my password Pw-" + c.word(field) + "-77. I live at 5 " + c.word(field) + " Road and was born on 3 May 1981."
}

// words are what fields of class label hold: real words, because a target takes
// no others. A field that is not listed takes any.
func words(field string) []string {
	if w := labelWords[field]; w != nil {
		return w
	}
	return []string{"normal"}
}

var labelWords = map[string][]string{
	"definition.scope":        {"ticket", "person", "organization"},
	"definition.type":         {"text"},
	"organization.domains":    {"example.com", "example.org", "example.net"},
	"person.role":             {helpdesk.RoleContact, helpdesk.RoleContact, helpdesk.RoleAgent},
	"person.locale":           {"en-GB", "de-DE"},
	"person.time_zone":        {"Europe/London", "Europe/Berlin"},
	"ticket.status":           {"Open", "Pending", "Closed"},
	"ticket.category":         {helpdesk.StatusOpen, helpdesk.StatusPending, helpdesk.StatusClosed},
	"ticket.type":             {"question"},
	"ticket.channel":          {"email"},
	"comment.channel":         {"email"},
	"comment.visibility":      {helpdesk.VisibilityPublic, helpdesk.VisibilityPrivate},
	"comment.format":          {helpdesk.FormatHTML, helpdesk.FormatText},
	"participant.role":        {"cc"},
	"link.type":               {"related"},
	"rating.score":            {"good"},
	"attachment.content_type": {"text/plain"},
	"article.locale":          {"en"},
	"article.state":           {"published"},
}
