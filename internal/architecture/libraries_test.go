package architecture

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A keep is a set of libraries that only some parts may use, tests aside.
type keep struct {
	libraries []string // x/... is x with all below it
	except    []string
	in        []string
	why       string
	instead   string
}

var keeps = []keep{
	{
		libraries: []string{"html/template", "text/template"}, in: []string{"internal/evidence/html", "internal/web", "cmd/*"},
		why:     "what people read is made in one place for paper and one for the browser, where escaping and languages are tested",
		instead: "hand internal/evidence a struct to lay out, and internal/evidence/html its page",
	},
	{
		libraries: []string{"database/sql", "modernc.org/sqlite/..."},
		in:        []string{"internal/ledger/sqlite", "internal/keyring/local", "connectors/archive", "connectors/csv", "internal/peers/..."},
		why:       "durability and the deletion of keys are tested for each database we open, and DynamoDB takes the place of some",
		instead:   "add a method to the store that has the rows",
	},
	{
		libraries: []string{"net/...", "crypto/tls", "golang.org/x/net/..."}, except: []string{"net/url", "net/netip", "net/mail", "net/textproto", "golang.org/x/net/html", "golang.org/x/net/html/atom"},
		in:      []string{"internal/deployed/...", "internal/sdkhttp", "connectors/rest/...", "connectors/rt", "connectors/redmine", "connectors/markup", "connectors/freshdesk", "connectors/zendesk", "internal/simulator/...", "internal/peers/...", "internal/live/...", "internal/api/...", "internal/web"},
		why:     "but for the API and connectors to live platforms the flow opens no socket: that nothing leaves the machine is a promise to the customer",
		instead: "if it is a connector to a platform, name its folder here",
	},
	{
		libraries: []string{"log/..."}, in: []string{"internal/keyring/keyringtest", "internal/deployed"}, // which writes identifiers and numbers only
		why:     "nobody looks through a log line for content before it is written",
		instead: "return an error with references and codes, or record an audit event",
	},
	{
		libraries: []string{"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"}, in: []string{"internal/keyring/local"},
		why:     "keys in clear are written in one place, the file of the local key",
		instead: "let internal/keyring wrap the key",
	},
	{
		libraries: []string{"github.com/aws/..."}, in: []string{"functions/*", "internal/function", "internal/api/gateway", "internal/audit/dynamodb", "internal/keyring/dynamodb", "internal/keyring/kms",
			"internal/ledger/dynamodb", "internal/staging/s3", "internal/peers/cloudtest", "internal/agreement/teller", "internal/deployed/...", "internal/sdkhttp"},
		why:     "steps and stores are the same in both runtimes",
		instead: "put what AWS needs behind an interface that exists already",
	},
	{
		libraries: []string{"testing/..."}, in: onlyTests,
		why:     "what is shipped takes no test flags",
		instead: "move it to a package whose name ends in test",
	},
}

func TestLibrariesStayWhereTheyAreKept(t *testing.T) { holds(t, libraries) }

func libraries(t *tree) (broken []string) {
	for _, s := range t.code {
		if s.test {
			continue
		}
		for _, i := range s.syntax.Imports {
			name, _ := strconv.Unquote(i.Path.Value)
			for _, k := range keeps {
				if !k.holds(name) || liesInAny(s.folder, k.in) {
					continue
				}
				broken = append(broken, fmt.Sprintf("%s: %s imports %s. The rule: %s. It may stand in: %s. Instead, %s; or change keeps in "+
					"internal/architecture/libraries_test.go and say why in docs/decisions.", t.at(i.Pos()), s.folder, name, k.why, strings.Join(k.in, ", "), k.instead))
			}
		}
	}
	return broken
}

func (k keep) holds(library string) bool {
	return liesInAny(library, k.libraries) && !slices.Contains(k.except, library)
}
