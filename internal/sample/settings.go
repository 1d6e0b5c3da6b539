package sample

import (
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// Names of custom and extra fields. Each custom field has a definition.
const (
	fieldProduct        = "Product"
	fieldContract       = "Contract number"
	fieldCallback       = "Callback wanted"
	fieldDevices        = "Affected devices"
	fieldVisit          = "Nächster Besuch"
	fieldDepartment     = "Department"
	fieldCustomerNumber = "Customer number"

	extraCRM = "legacy_crm_id" // of tickets and people
	extraIP  = "sender_ip"     // of comments
)

// Brands under which the company writes.
const (
	brandEN = "Acme Office Supplies"
	brandDE = "ACME Bürotechnik"
)

// companyDomain is where the agents write from.
const companyDomain = "acme.example.com"

func definitions() []helpdesk.Record {
	list := []helpdesk.Definition{
		{Title: fieldProduct, Scope: "ticket", Type: "dropdown", Required: true, Options: []string{"Contracts", "Devices",
			"Furniture", "Invoices", "Network", "Orders", "Payments", "Portal", "Printers", "Privacy", "Scanners", "Supplies"}},
		{Title: fieldContract, Scope: "ticket", Type: "text"},
		{Title: fieldCallback, Scope: "ticket", Type: "checkbox"},
		{Title: fieldDevices, Scope: "ticket", Type: "multiselect", Options: []string{"Kopierer", "Plotter", "Printer",
			`Scanner; Fax`, `Router \ Switch`}},
		{Title: fieldVisit, Scope: "ticket", Type: "date"},
		{Title: fieldDepartment, Scope: "person", Type: "text"},
		{Title: fieldCustomerNumber, Scope: "organization", Type: "text"},
	}
	var records []helpdesk.Record
	for i, d := range list {
		r := helpdesk.New(helpdesk.KindDefinition, "f-"+string('1'+rune(i)))
		*r.Definition = d
		records = append(records, r)
	}
	return records
}

func groups() []helpdesk.Record {
	var records []helpdesk.Record
	for _, g := range [][3]string{
		{"support", "Support", "Orders, deliveries, returns · Bestellungen, Lieferungen, Rückgaben"},
		{"sales", "Sales", "Quotes and contracts"},
		{"billing", "Billing", "Invoices, payments, reminders"},
		{"technik", "Technik", "Geräte, Netze, Außendienst"},
	} {
		r := helpdesk.New(helpdesk.KindGroup, g[0])
		*r.Group = helpdesk.Group{Name: g[1], Description: g[2]}
		records = append(records, r)
	}
	return records
}

// categories says which category a status belongs to.
var categories = map[string]string{
	"New": helpdesk.StatusNew, "Open": helpdesk.StatusOpen, "Pending": helpdesk.StatusPending,
	"On hold": helpdesk.StatusHold, "Solved": helpdesk.StatusSolved, "Closed": helpdesk.StatusClosed,
	"Merged": helpdesk.StatusClosed, "waiting for supplier": helpdesk.StatusHold,
}
