package architecture
import ("testing";"os";"fmt";"path/filepath";"context";"io";"bytes"
"github.com/safeconduct/safeconduct/connectors"
"github.com/safeconduct/safeconduct/connectors/memory"
"github.com/safeconduct/safeconduct/internal/embedded"
"github.com/safeconduct/safeconduct/internal/helpdesk"
"github.com/safeconduct/safeconduct/internal/migration"
"github.com/safeconduct/safeconduct/internal/plan"
"github.com/safeconduct/safeconduct/internal/sample"
)
func TestX(t *testing.T){
 a:=sample.Crash()
 s:=memory.New(memory.Options{PageSize:30})
 open := func(_ context.Context, f helpdesk.Attachment) (io.ReadCloser, error) {
		content, ok := a.Files[f.Locator]
		if !ok { return nil, connectors.ErrNotFound }
		return io.NopCloser(bytes.NewReader(content)), nil
	}
 s.AddWithFiles(open,a.Records...)
 memory.Share("xs",s); memory.Share("xt",memory.New(memory.Options{Batch:10}))
 p,err:=plan.Parse([]byte(`
version: 1
migration: test
source: {connector: memory, desk: xs}
target: {connector: memory, desk: xt}
privacy:
  controller: Example Ltd
  contact: privacy@example.org
  purpose: test
  legal_basis: contract
  regimes: [gdpr]
  retention: 30 days
  preset: gdpr
`),t.TempDir())
 if err!=nil {t.Fatal(err)}
 home:=t.TempDir()
 r,err:=embedded.Open(t.Context(),p,embedded.Options{Home:home,Reports:filepath.Join(home,"reports"),Tool:"x",NoSync:true})
 if err!=nil {t.Fatal(err)}
 defer r.Close()
 run,err:=r.Migrate(t.Context(),embedded.Request{Mode:migration.ModeFull})
 if err!=nil {t.Fatal(err)}
 m,_:=filepath.Glob(home+"/test/executions/*")
 for _,f:=range m { b,_:=os.ReadFile(f); os.WriteFile("/tmp/journal.jsonl",b,0o600); fmt.Println(f,len(b)) }
 _=run
}
