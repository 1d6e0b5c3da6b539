package csv_test

import (
	"testing"

	"github.com/safeconduct/safeconduct/connectors"
	"github.com/safeconduct/safeconduct/connectors/csv"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
)

// Whatever the files hold, reading them is refused or comes to an end, with each
// row once: the count is what the pages give.
func FuzzRead(f *testing.F) {
	f.Add([]byte("key,subject,created\n1,\"a\nb\",2025-01-05\n"), []byte("ticket;body\n1;x\n2;\"y\n"))
	f.Add([]byte("\xff\xfek\x00e\x00y\x00\n\x001\x00\n\x00"), []byte("sep=;\nticket;key;body\n1;;x\n"))
	f.Add([]byte("key\tcustom:a\n1\t\\;\n"), []byte("\xef\xbb\xbfticket,body\n1,M\xfcller\n"))
	f.Fuzz(func(t *testing.T, tickets, comments []byte) {
		dir := desk(t, map[string]string{"tickets.csv": string(tickets), "comments.csv": string(comments)})
		src, err := csv.Connector.Source(t.Context(), plan("path: "+dir+"\nmax_field: 100"))
		if err != nil {
			return
		}
		defer connectors.Close(src)
		records, _ := read(t, src, helpdesk.KindTicket)
		counts, err := src.(connectors.Counter).Count(t.Context())
		if err != nil || counts[helpdesk.KindTicket] != len(records) {
			t.Errorf("%d records, counted %v, %v", len(records), counts, err)
		}
	})
}
