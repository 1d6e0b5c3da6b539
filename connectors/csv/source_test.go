package csv_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/csv"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

func TestABrokenRowIsReportedByPlaceAndNoneBehindItIsLost(t *testing.T) {
	for name, test := range map[string]struct {
		rows   string // between a row "first" and a row "last"
		broken []string
	}{
		"a stray quote":        {`t2,say "hi",2025-01-05`, []string{"tickets.csv:3:2 broken_quotes"}},
		"a quote never closed": {`t2,"say hi,2025-01-05`, []string{"tickets.csv:3:2 broken_quotes"}},
		"a value too few":      {`t2,Subject`, []string{"tickets.csv:3:3 wrong_columns"}},
		"a value too many":     {`t2,a,2025-01-05,d`, []string{"tickets.csv:3:4 wrong_columns"}},
		"no key":               {`,Subject,2025-01-05`, []string{"tickets.csv:3:1 no_key"}},
		"a time that is none":  {`t2,Subject,yesterday`, []string{"tickets.csv:3:3 unreadable_value"}},
		"a 30 February":        {`t2,Subject,2025-02-30`, []string{"tickets.csv:3:3 unreadable_value"}},
		"bytes of Latin-1":     {"t2,M\xfcller,2025-01-05", []string{"tickets.csv:3:2 wrong_encoding"}},
		"too large":            {"t2," + strings.Repeat("x", 3000) + ",2025-01-05", []string{"tickets.csv:3:2 too_large"}},
		"two in a row": {"t2,\"a\"b,\nt3,\"a,b,c\nt4,a,b,c,d", []string{"tickets.csv:3:2 broken_quotes",
			"tickets.csv:4:2 broken_quotes", "tickets.csv:5:4 wrong_columns"}},
	} {
		t.Run(name, func(t *testing.T) {
			src := source(t, desk(t, map[string]string{"tickets.csv": "key,subject,created\nfirst,ä,2025-01-05\n" +
				test.rows + "\nlast,\"Drucker\nöffnet\",2025-01-05\n"}), "max_field: 2000")
			records, broken := read(t, src, helpdesk.KindTicket)
			wantList(t, "records", keys(records), []string{"first", "last"})
			wantList(t, "broken", reasons(broken), test.broken)
		})
	}
}

func TestBlankRowsAreNoRows(t *testing.T) {
	src := source(t, desk(t, map[string]string{"groups.csv": "\nkey,name\n\n1,A\r\n\r\n,\n\"\",\"\"\n2,B"}))
	records, broken := read(t, src, helpdesk.KindGroup)
	wantList(t, "records", keys(records), []string{"1", "2"})
	wantList(t, "broken", reasons(broken), []string{})
}

func TestEncodingAndSeparatorAreFoundOut(t *testing.T) {
	const text = "key,name,description\n1,Müller & Söhne,\"Straße, 5 €\"\n2,Łódź?,x\n"
	western := strings.ReplaceAll(text, "Łódź", "Lodz")
	encoded := func(e interface{ String(string) (string, error) }, s string) string {
		s, err := e.String(s)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	utf16 := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
	utf16BE := unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
	cp850 := charmap.CodePage850
	for name, test := range map[string]struct{ file, settings, note, second string }{
		"UTF-8":                  {text, "", `groups.csv: UTF-8, separated by ","`, "Łódź?"},
		"UTF-8 with BOM":         {"\xEF\xBB\xBF" + text, "", `groups.csv: UTF-8, separated by ","`, "Łódź?"},
		"UTF-16LE with BOM":      {encoded(utf16.NewEncoder(), text), "", `groups.csv: UTF-16LE, separated by ","`, "Łódź?"},
		"UTF-16BE without BOM":   {encoded(utf16BE.NewEncoder(), text), "", `groups.csv: UTF-16BE, separated by ","`, "Łódź?"},
		"Windows-1252":           {encoded(charmap.Windows1252.NewEncoder(), western), "", `groups.csv: windows-1252, separated by ","`, "Lodz?"},
		"a code page by name":    {encoded(cp850.NewEncoder(), strings.ReplaceAll(western, "€", "E")), "encoding: IBM850", `groups.csv: ibm850, separated by ","`, "Lodz?"},
		"semicolons of Excel":    {strings.ReplaceAll(text, ",", ";"), "", `groups.csv: UTF-8, separated by ";"`, "Łódź?"},
		"tabs":                   {strings.ReplaceAll(text, ",", "\t"), "", `groups.csv: UTF-8, separated by tabs`, "Łódź?"},
		"bars":                   {strings.ReplaceAll(text, ",", "|"), "", `groups.csv: UTF-8, separated by "|"`, "Łódź?"},
		"the line sep= of Excel": {"sep=;\r\n" + strings.ReplaceAll(text, ",", ";"), "", `groups.csv: UTF-8, separated by ";"`, "Łódź?"},
		"commas by the plan":     {text, `delimiter: ","`, `groups.csv: UTF-8, separated by ","`, "Łódź?"},
		"lines of Windows":       {strings.ReplaceAll(text, "\n", "\r\n"), "", `groups.csv: UTF-8, separated by ","`, "Łódź?"},
	} {
		t.Run(name, func(t *testing.T) {
			src := source(t, desk(t, map[string]string{"groups.csv": test.file}), test.settings)
			records, broken := read(t, src, helpdesk.KindGroup)
			if len(records) != 2 || len(broken) > 0 || records[0].Group.Name != "Müller & Söhne" || records[1].Group.Name != test.second ||
				!strings.HasPrefix(records[0].Group.Description, "Straße") {
				t.Errorf("read %+v, broken %v", records, broken)
			}
			if p, _ := src.Profile(t.Context()); !slices.Contains(p.Notes, test.note) {
				t.Errorf("notes %q, want %q", p.Notes, test.note)
			}
		})
	}
}

func TestSomeWrongBytesDoNotChangeTheEncodingOfTheFile(t *testing.T) {
	text := "key,name\n" + strings.Repeat("1,Müller\n", 50) + "2,M\xfcller\n"
	records, broken := read(t, source(t, desk(t, map[string]string{"groups.csv": text})), helpdesk.KindGroup)
	if len(records) != 50 || records[49].Group.Name != "Müller" {
		t.Errorf("%d records", len(records))
	}
	wantList(t, "broken", reasons(broken), []string{"groups.csv:52:2 wrong_encoding"})
}

func TestAnyExportIsReadByMappingItsColumns(t *testing.T) {
	dir := desk(t, map[string]string{"tickets.csv": "Ticket-Nr.;Betreff;Status;Erstellt am;Kunde;SLA;Zeile;Wichtig;Spam;Kanal\n" +
		"4711;\"Drucker; druckt nicht\";offen;05.01.2025 13:30; Jane@Example.TEST;\"Gold\\; 24h\";1;ja;nein;\"Fax; Brief\"\n" +
		"4712;Früher;neu;05.07.2025 13:30;;;2;;WAHR;\n"})
	src := source(t, dir, `time_zone: Europe/Berlin`, `time_layouts: ["02.01.2006 15:04"]`, `columns: {tickets: {"Ticket-Nr.": key, Betreff: subject, `+
		`"Erstellt am": created, Kunde: requester, SLA: "custom:SLA", Zeile: "-", Wichtig: "extra:urgent"}}`)
	records, broken := read(t, src, helpdesk.KindTicket)
	if wantList(t, "broken", reasons(broken), []string{}); len(records) != 2 {
		t.Fatalf("%d records", len(records))
	}
	got := records[0].Ticket
	want := helpdesk.Ticket{Subject: "Drucker; druckt nicht", Status: "offen", Requester: "jane@example.test",
		Created: time.Date(2025, 1, 5, 12, 30, 0, 0, time.UTC), Custom: []helpdesk.CustomValue{{Name: "SLA", Values: []string{"Gold; 24h"}}},
		Extra: []helpdesk.ExtraValue{{Name: "urgent", Values: []string{"ja"}}, {Name: "Kanal", Values: []string{"Fax; Brief"}}}}
	if fmt.Sprint(*got) != fmt.Sprint(want) {
		t.Errorf("got  %+v\nwant %+v", *got, want)
	}
	if second := records[1].Ticket; !second.Spam || second.Created.Hour() != 11 {
		t.Errorf("WAHR is no yes, or summer time is not known: %t %s", second.Spam, second.Created)
	}
}

func TestTwoSpellingsOfAnAddressAreOnePerson(t *testing.T) {
	src := source(t, desk(t, map[string]string{
		"people.csv":   "key,name,emails\n Jane@Example.TEST ,Jane,Jane@Example.TEST\nJD17,John,\n",
		"tickets.csv":  "key,requester,assignee\n1,JANE@example.test,JD17\n",
		"comments.csv": "ticket,author,body\n1,jane@EXAMPLE.test,x\n"}))
	people, _ := read(t, src, helpdesk.KindPerson)
	wantList(t, "people", keys(people), []string{"jane@example.test", "JD17"})
	wantList(t, "her address", people[0].Person.Emails, []string{"Jane@Example.TEST"})
	tickets, _ := read(t, src, helpdesk.KindTicket)
	ticket := tickets[0].Ticket
	wantList(t, "references", []string{ticket.Requester, ticket.Assignee, ticket.Comments[0].Author},
		[]string{"jane@example.test", "JD17", "jane@example.test"})
}

func TestRowsWithOneKeyAreAllDelivered(t *testing.T) {
	src := source(t, desk(t, map[string]string{"tickets.csv": "key,subject\n1,a\n1,b\n", "comments.csv": "ticket,body\n1,x\n"}))
	records, broken := read(t, src, helpdesk.KindTicket)
	if len(records) != 2 || len(broken) > 0 || len(records[0].Ticket.Comments) != 1 || len(records[1].Ticket.Comments) != 1 {
		t.Errorf("read %+v, broken %v", records, broken)
	}
}

// scattered is a desk whose parts stand in no order, with parts of what is not
// there and rows that are none among them.
func scattered(t testing.TB) string {
	return desk(t, map[string]string{
		"tickets.csv": "key,subject\n1,a\n2,b\nbad,c,d\n3,e\n",
		"comments.csv": "ticket,key,body,created\n3,c1,third,\n1,c2,first,\ngone,c3,nobody's,\n1,c4,again,\n,c5,whose?,\n" +
			"bad,c6,of a broken one,\n2,c7,when?,soon\n2,c8,\"torn,\n1,c9,last,\n",
		"attachments.csv": "comment,article,file,name\nc4,,files/a.txt,a\nc2,,files/gone.txt,b\nc3,,files/a.txt,of an orphan\n" +
			",k1,files/a.txt,c\n,k9,files/a.txt,d\nc9,,../secret,e\nc99,,files/a.txt,f\n",
		"links.csv":    "ticket,type,to\n1,related,3\n",
		"ratings.csv":  "ticket,score,comment\n2,good,danke\n",
		"articles.csv": "key,title\nk1,How to\n",
		"files/a.txt":  "hello",
	})
}

func TestPartsAreJoinedInWhateverOrderTheyStandAndNoneVanishes(t *testing.T) {
	src := source(t, scattered(t))
	records, broken := read(t, src, helpdesk.KindTicket)
	wantList(t, "tickets", keys(records), []string{"1", "2", "3"})
	var bodies []string
	for _, r := range records {
		for _, c := range r.Ticket.Comments {
			bodies = append(bodies, r.Key+" "+c.Body)
		}
	}
	wantList(t, "comments", bodies, []string{"1 first", "1 again", "1 last", "3 third"})
	wantList(t, "broken", reasons(broken), []string{"tickets.csv:4:3 wrong_columns",
		"comments.csv:4:1 orphan", "comments.csv:6:1 no_key", "comments.csv:7:1 orphan", "comments.csv:8:4 unreadable_value",
		"comments.csv:9:3 broken_quotes", "attachments.csv:4:1 orphan", "attachments.csv:7:3 unreadable_value", "attachments.csv:8:1 orphan"})
	first := records[0].Ticket
	if len(first.Links) != 1 || first.Links[0].Ticket != "3" || len(records[1].Ticket.Ratings) != 1 {
		t.Errorf("links %v and ratings %v", first.Links, records[1].Ticket.Ratings)
	}
	articles, broken := read(t, src, helpdesk.KindArticle)
	if len(articles) != 1 || len(articles[0].Article.Attachments) != 1 {
		t.Errorf("articles %+v", articles)
	}
	wantList(t, "broken of articles", reasons(broken), []string{"attachments.csv:6:2 orphan"})
}

func TestAttachmentsTellWhatTheirFileShows(t *testing.T) {
	dir := scattered(t)
	src := source(t, dir)
	records, _ := read(t, src, helpdesk.KindTicket)
	a := records[0].Ticket.Comments[1].Attachments[0]
	if a.Size != 5 || a.ContentType != "text/plain" || a.Locator != "files/a.txt" {
		t.Errorf("attachment is %+v", a)
	}
	gone := records[0].Ticket.Comments[0].Attachments[0]
	if _, err := src.(connectors.AttachmentOpener).OpenAttachment(t.Context(), gone); gone.Locator == "" || !errors.Is(err, connectors.ErrNotFound) {
		t.Errorf("an attachment whose file is gone has locator %q and opens with %v", gone.Locator, err)
	}
}

func TestNoAttachmentLeadsOutOfTheFolder(t *testing.T) {
	outside := desk(t, map[string]string{"secret.txt": "secret"})
	dir := desk(t, map[string]string{"groups.csv": "key\n1\n"})
	if err := os.Symlink(filepath.Join(outside, "secret.txt"), filepath.Join(dir, "link.txt")); err != nil {
		t.Fatal(err)
	}
	opener := source(t, dir).(connectors.AttachmentOpener)
	for _, path := range []string{"link.txt", "../secret.txt", filepath.Join(outside, "secret.txt"), "", ".", "groups.csv/x"} {
		f, err := opener.OpenAttachment(t.Context(), helpdesk.Attachment{Locator: path})
		if err == nil {
			f.Close()
			t.Errorf("%q opens", path)
		} else if strings.Contains(err.Error(), "secret") {
			t.Errorf("the error names the file: %v", err)
		}
	}
}

func TestPartsWithoutTheirTicketsAreReported(t *testing.T) {
	src := source(t, desk(t, map[string]string{"comments.csv": "ticket,body\n1,x\n2,y\n"}))
	_, broken := read(t, src, helpdesk.KindTicket)
	wantList(t, "broken", reasons(broken), []string{"comments.csv:2:1 orphan", "comments.csv:3:1 orphan"})
}

func TestReadingGoesOnFromAnyCursorAlsoAmongBrokenRows(t *testing.T) {
	var tickets, comments strings.Builder
	tickets.WriteString("key,subject,created\n")
	comments.WriteString("ticket,body\n")
	for i := range 350 {
		fmt.Fprintf(&tickets, "%d,\"s\n%d\",2025-01-05\n", i, i)
		switch i % 5 {
		case 1:
			tickets.WriteString("x,\"torn,2025-01-05\n")
		case 2:
			tickets.WriteString("too,few\n")
		}
		fmt.Fprintf(&comments, "%d,a\n%d,b\n", 700-i, i)
	}
	dir := desk(t, map[string]string{"tickets.csv": tickets.String(), "comments.csv": comments.String()})
	whole := pages(t, source(t, dir), helpdesk.KindTicket, "")
	records, broken := flat(whole)
	if len(records) != 350 || len(broken) != 140+350 {
		t.Fatalf("%d records and %d broken", len(records), len(broken))
	}
	for i := range whole {
		rest := pages(t, source(t, dir), helpdesk.KindTicket, whole[i].Next)
		r, b := flat(append(slices.Clone(whole[:i+1]), rest...))
		wantList(t, fmt.Sprint("records from page ", i), r, records)
		wantList(t, fmt.Sprint("broken from page ", i), b, broken)
	}
}

func flat(pages []connectors.Page) (records, broken []string) {
	for _, p := range pages {
		records, broken = append(records, keys(p.Records)...), append(broken, reasons(p.Broken)...)
	}
	return records, broken
}

func TestACursorOfFilesThatWereReplacedBeginsAnew(t *testing.T) {
	dir := desk(t, map[string]string{"groups.csv": "key\n1\n2\n"})
	end := pages(t, source(t, dir), helpdesk.KindGroup, "")[0].Next
	if again, _ := flat(pages(t, source(t, dir), helpdesk.KindGroup, end)); len(again) > 0 {
		t.Errorf("nothing changed, and %q is read again", again)
	}
	put(t, dir, "groups.csv", "key\n2\n3\n")
	if err := os.Chtimes(filepath.Join(dir, "groups.csv"), time.Now(), time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	records, _ := flat(pages(t, source(t, dir), helpdesk.KindGroup, end))
	wantList(t, "after the export of the same length", records, []string{"2", "3"})
}

func TestWhatCanNotWorkIsSaidWithANextStep(t *testing.T) {
	for name, test := range map[string]struct {
		files    map[string]string
		settings string
		want     []string // in the error
	}{
		"no folder":         {nil, "", []string{"none of the files", "tickets.csv"}},
		"no key":            {map[string]string{"tickets.csv": "Number,Subject\n"}, "", []string{`tickets.csv has no column "key"`, "columns: {tickets:"}},
		"no owner":          {map[string]string{"comments.csv": "key,body\n"}, "", []string{`comments.csv has no column "ticket"`}},
		"links to nothing":  {map[string]string{"links.csv": "ticket,type\n"}, "", []string{`links.csv has no column "to"`}},
		"twice":             {map[string]string{"tickets.csv": "key,Subject,subject\n"}, "", []string{"columns 2 and 3 of tickets are the same"}},
		"mapped to nothing": {map[string]string{"tickets.csv": "key,Betreff\n"}, "columns: {tickets: {Betreff: subjct}}", []string{`"subjct" is none of ours`}},
		"mapping nothing":   {map[string]string{"tickets.csv": "key\n"}, "columns: {tickets: {Betreff: subject}}", []string{`tickets.csv has no column "Betreff"`}},
		"mapping no file":   {map[string]string{"tickets.csv": "key\n"}, "columns: {ticket: {}}", []string{`columns names a file "ticket"`, "tickets"}},
		"an empty file":     {map[string]string{"tickets.csv": "\n"}, "", []string{"tickets.csv is empty", "export it again"}},
		"a torn header":     {map[string]string{"tickets.csv": "key,\"sub\n1,a\n"}, "", []string{"first row of tickets.csv is no header"}},
		"a workbook":        {map[string]string{"tickets.csv": "PK\x03\x04\x14\x00\x06\x00[Content_Types].xml"}, "", []string{"tickets.csv is no CSV", "ZIP", "unpack it"}},
		"an old workbook":   {map[string]string{"tickets.csv": "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\x00\x00"}, "", []string{"old Office document", "save each sheet"}},
		"a log-in page":     {map[string]string{"tickets.csv": "<!DOCTYPE html><html><body>Sign in"}, "", []string{"web page", "export it again"}},
		"JSON":              {map[string]string{"tickets.csv": `{"tickets":[]}`}, "", []string{"JSON", "export it as CSV"}},
		"bytes":             {map[string]string{"tickets.csv": "\x00\x01\x02\x03,\x07\n"}, "", []string{"first line is not text"}},
		"an old Mac":        {map[string]string{"tickets.csv": "key,name\r1,a\r2,b\r"}, "", []string{"line ends of old Macs"}},
		"a zone":            {map[string]string{"tickets.csv": "key\n"}, "time_zone: Berlin", []string{"Europe/Berlin"}},
		"a layout":          {map[string]string{"tickets.csv": "key\n"}, "time_layouts: [dd.mm.yyyy]", []string{"2 January 2006"}},
		"a zone by letters": {map[string]string{"tickets.csv": "key\n"}, `time_layouts: ["2006-01-02 MST"]`, []string{"not unique"}},
		"a delimiter":       {map[string]string{"tickets.csv": "key\n"}, `delimiter: x`, []string{`"tab"`}},
		"an encoding":       {map[string]string{"tickets.csv": "key\n"}, `encoding: shift_jis`, []string{"save the files as UTF-8"}},
		"a setting":         {map[string]string{"tickets.csv": "key\n"}, `pth: x`, []string{"pth"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := csv.Connector.Source(t.Context(), plan("path: "+desk(t, test.files)+"\n"+test.settings))
			if !errors.Is(err, connectors.ErrSettings) {
				t.Fatalf("error %v, want ErrSettings", err)
			}
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error %q does not say %q", err, want)
				}
			}
		})
	}
}

func TestAHeaderThatIsSomebodysRecordIsNotRepeated(t *testing.T) {
	_, err := csv.Connector.Source(t.Context(), plan("path: "+desk(t, map[string]string{"people.csv": "Jane Canary,jane@canary.test\nJohn,j@x.test\n"})))
	if err == nil || strings.Contains(strings.ToLower(err.Error()), "canary") {
		t.Errorf("error %v", err)
	}
}

func TestCountCountsWhatPagesGive(t *testing.T) {
	src := source(t, scattered(t))
	counts, err := src.(connectors.Counter).Count(t.Context())
	if err != nil || counts[helpdesk.KindTicket] != 3 || counts[helpdesk.KindArticle] != 1 {
		t.Errorf("counts %v, %v", counts, err)
	}
}
