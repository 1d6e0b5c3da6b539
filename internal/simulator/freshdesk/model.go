package freshdesk

import "time"

// A Ticket as the API shows it.
type Ticket struct {
	ID           int64          `json:"id"`
	Subject      string         `json:"subject"`
	Description  string         `json:"description,omitempty"`
	Text         string         `json:"description_text,omitempty"`
	Status       int            `json:"status"`
	Priority     int            `json:"priority"`
	Source       int            `json:"source"`
	Type         *string        `json:"type"`
	Requester    int64          `json:"requester_id"`
	Responder    *int64         `json:"responder_id"`
	Group        *int64         `json:"group_id"`
	Company      *int64         `json:"company_id"`
	Copied       []string       `json:"cc_emails"`
	Tags         []string       `json:"tags"`
	CustomFields map[string]any `json:"custom_fields"`
	Due          time.Time      `json:"due_by"`
	Spam         bool           `json:"spam"`
	Deleted      bool           `json:"deleted,omitempty"`
	Created      time.Time      `json:"created_at"`
	Updated      time.Time      `json:"updated_at"`
	Attachments  []File         `json:"attachments"`
	Stats        *Stats         `json:"stats,omitempty"`

	conversations []*Conversation
	stats         Stats
}

// Stats are times of a ticket that come where they are asked for.
type Stats struct {
	Resolved  *time.Time `json:"resolved_at"`
	Closed    *time.Time `json:"closed_at"`
	Responded *time.Time `json:"first_responded_at"`
}

// A Conversation is a reply or a note.
type Conversation struct {
	ID          int64     `json:"id"`
	Ticket      int64     `json:"ticket_id"`
	Body        string    `json:"body"`
	Text        string    `json:"body_text"`
	User        int64     `json:"user_id"`
	Incoming    bool      `json:"incoming"`
	Private     bool      `json:"private"`
	Source      int       `json:"source"`
	Created     time.Time `json:"created_at"`
	Updated     time.Time `json:"updated_at"`
	Attachments []File    `json:"attachments"`
}

// A File is an attachment: its address is elsewhere and dies.
type File struct {
	ID          int64     `json:"id"`
	Name        string    `json:"name"`
	ContentType string    `json:"content_type"`
	Size        int64     `json:"size"`
	URL         string    `json:"attachment_url"`
	Created     time.Time `json:"created_at"`
}

// A Contact is a customer.
type Contact struct {
	ID           int64          `json:"id"`
	Name         string         `json:"name"`
	Email        *string        `json:"email"`
	OtherEmails  []string       `json:"other_emails"`
	Phone        *string        `json:"phone"`
	Mobile       *string        `json:"mobile"`
	Address      *string        `json:"address"`
	Description  *string        `json:"description"`
	Language     string         `json:"language"`
	TimeZone     string         `json:"time_zone"`
	Tags         []string       `json:"tags"`
	Company      *int64         `json:"company_id"`
	External     *string        `json:"unique_external_id"`
	CustomFields map[string]any `json:"custom_fields"`
	Active       bool           `json:"active"`
	Deleted      bool           `json:"deleted,omitempty"`
	Created      time.Time      `json:"created_at"`
	Updated      time.Time      `json:"updated_at"`
}

// An Agent is somebody who works there.
type Agent struct {
	ID      int64     `json:"id"`
	Groups  []int64   `json:"group_ids"`
	Created time.Time `json:"created_at"`
	Updated time.Time `json:"updated_at"`
	Contact struct {
		Name  string `json:"name"`
		Email string `json:"email"`
	} `json:"contact"`
}

// A Company is a customer's.
type Company struct {
	ID           int64          `json:"id"`
	Name         string         `json:"name"`
	Description  *string        `json:"description"`
	Note         *string        `json:"note"`
	Domains      []string       `json:"domains"`
	CustomFields map[string]any `json:"custom_fields"`
	Created      time.Time      `json:"created_at"`
	Updated      time.Time      `json:"updated_at"`
}

// A Group is a team.
type Group struct {
	ID          int64     `json:"id"`
	Name        string    `json:"name"`
	Description *string   `json:"description"`
	Agents      []int64   `json:"agent_ids"`
	Created     time.Time `json:"created_at"`
	Updated     time.Time `json:"updated_at"`
}

// A Field is one of tickets, contacts or companies.
type Field struct {
	ID       int64  `json:"id"`
	Name     string `json:"name"`
	Label    string `json:"label"`
	Type     string `json:"type"`
	Default  bool   `json:"default"`
	Required bool   `json:"required_for_agents"`
	Choices  any    `json:"choices,omitempty"`
}
