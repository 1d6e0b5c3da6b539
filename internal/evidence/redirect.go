package evidence

import (
	"bytes"
	"fmt"
	"net/url"
	"strconv"
)

// A Redirect leads from a ticket of the source to where it stands now.
type Redirect struct {
	Old  string   // key in the source
	New  string   // id in the target
	From []string // old addresses; none where the source has none
	To   string   // new address; empty where the target has none
}

// Redirects renders the table for spreadsheets, a row for each old address, and as what
// nginx includes into a map of $request_uri
// (https://nginx.org/en/docs/http/ngx_http_map_module.html).
func Redirects(all []Redirect) []Document {
	rows := [][]string{{"old", "new", "old_address", "new_address"}}
	var lines bytes.Buffer
	for _, r := range all {
		for _, from := range r.From {
			rows = append(rows, []string{r.Old, r.New, from, r.To})
			if at, err := url.Parse(from); err == nil && r.To != "" {
				fmt.Fprintf(&lines, "%s %s;\n", strconv.Quote(at.RequestURI()), strconv.Quote(r.To))
			}
		}
		if len(r.From) == 0 {
			rows = append(rows, []string{r.Old, r.New, "", r.To})
		}
	}
	return []Document{{"redirects.csv", writeCSV(rows)}, {"redirects.map", lines.Bytes()}}
}
