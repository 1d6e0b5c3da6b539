package deployed

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/aws/smithy-go"

	"github.com/safeconduct/safeconduct/internal/function"
	"github.com/safeconduct/safeconduct/internal/helpdesk"
	"github.com/safeconduct/safeconduct/internal/ledger"
	"github.com/safeconduct/safeconduct/internal/migration"
	"github.com/safeconduct/safeconduct/internal/usage"
)

// A journal writes one line for each invocation: which one, of what run, how it
// ended and how long it took. It writes identifiers, names and numbers, and no text
// of an error: what a help desk or a service answers may quote a record. The
// sentence for whoever has to act is in the failure, which Step Functions keeps
// encrypted.
type journal struct {
	out   io.Writer
	log   *slog.Logger
	stack string
}

// Lambda takes what is written to the standard output into the function's log, a
// line an event.
func openJournal(out io.Writer) *journal {
	var level slog.Level
	if level.UnmarshalText([]byte(os.Getenv("SAFECONDUCT_LOG_LEVEL"))) != nil {
		level = slog.LevelInfo
	}
	log := slog.New(slog.NewJSONHandler(out, &slog.HandlerOptions{Level: level}))
	return &journal{out, log.With("function", os.Getenv("SAFECONDUCT_FUNCTION")), os.Getenv("SAFECONDUCT_STACK")}
}

// An invocation is what is known of the one that a context belongs to.
type invocation struct {
	log     *slog.Logger
	denied  atomic.Int64 // keys that were refused
	behind  atomic.Int64 // seconds since the oldest cursor was moved
	started time.Time
	noted   []any // names and values
}

// inNames are signs of routes, of types in Go and of ids that API Gateway gives.
var inNames = strings.NewReplacer("/", "", "{", "", "}", "", "*", "", "=", "")

// Note adds to the line of the invocation that the context belongs to. A text that
// looks like neither an identifier nor a name of ours is left out: some issuers write
// an address where others write an id.
func Note(ctx context.Context, namesAndValues ...any) {
	i := invocationOf(ctx)
	if i == nil {
		return
	}
	for n := 0; n+1 < len(namesAndValues); n += 2 {
		if text, is := namesAndValues[n+1].(string); !is || identifies(inNames.Replace(text)) {
			i.noted = append(i.noted, namesAndValues[n], namesAndValues[n+1])
		}
	}
}

type invocationKey struct{}

// invocationOf is nil where nobody keeps a journal.
func invocationOf(ctx context.Context) *invocation {
	i, _ := ctx.Value(invocationKey{}).(*invocation)
	return i
}

// keep has each invocation of a handler in the journal.
func (j *journal) keep(h function.Handler) function.Handler {
	return func(ctx context.Context, input json.RawMessage) (json.RawMessage, error) {
		ctx, counter := usage.With(ctx)
		i := &invocation{log: j.log.With(subject(ctx, input)...), started: time.Now()}
		output, err := h(context.WithValue(ctx, invocationKey{}, i), input)
		i.ended(ctx, counter.Counts(), err)
		j.measure(i, counter.Counts(), err)
		return output, err
	}
}

// ended writes the line. How often each service was called is for whoever looks
// for the reason of a bill, and stands there at level DEBUG.
func (i *invocation) ended(ctx context.Context, counts usage.Counts, err error) {
	outcome, level := "done", slog.LevelInfo
	if err != nil {
		outcome, level = "failed", slog.LevelError
	}
	more := append([]any{"outcome", outcome}, reason(err)...)
	more = append(more, i.noted...)
	more = append(more, "ms", time.Since(i.started).Milliseconds(), "requests", counts.Of(usage.Desk, usage.Request))
	if i.log.Enabled(ctx, slog.LevelDebug) {
		more = append(more, "calls", counts)
	}
	i.log.Log(ctx, level, "invocation", more...)
}

// subject is what an input says that it is about. It is read leniently, since each
// step has fields of its own, and believed only where it looks like an identifier.
func subject(ctx context.Context, input json.RawMessage) (ids []any) {
	var in struct {
		Run     migration.Run  `json:"run"`
		Phase   helpdesk.Phase `json:"phase"`
		Segment ledger.Segment `json:"segment"`
		Detail  struct {
			Name string `json:"name"`
		} `json:"detail"` // of an event of EventBridge
	}
	_ = json.Unmarshal(input, &in) // what it can't read stays empty
	var request, segment string
	if l, ok := lambdacontext.FromContext(ctx); ok {
		request = l.AwsRequestID
	}
	if in.Segment.Seq > 0 {
		segment = in.Segment.Name()
	}
	for _, f := range []struct{ name, value string }{
		{"request", request}, {"tenant", in.Run.Tenant}, {"migration", in.Run.Migration}, {"run", in.Run.ID}, {"mode", string(in.Run.Mode)},
		{"phase", string(in.Phase)}, {"segment", segment}, {"execution", in.Detail.Name},
	} {
		if identifies(f.value) {
			ids = append(ids, f.name, f.value)
		}
	}
	return ids
}

// longestID is that of a name in any store of ours.
const longestID = 128

// identifies reports whether a text looks like an identifier: neither a sentence
// nor an address does.
func identifies(text string) bool {
	return text != "" && len(text) <= longestID && !strings.ContainsFunc(text, func(c rune) bool {
		return (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && !strings.ContainsRune("-_.", c)
	})
}

// reason names what an invocation failed at: the failure, by the closed list, and
// the call of AWS that it goes back to, if it does, with the code of the answer.
func reason(err error) (names []any) {
	var failure *migration.Failure
	if errors.As(err, &failure) {
		names = append(names, "failure", string(failure.Name))
	}
	var call *smithy.OperationError
	if errors.As(err, &call) {
		names = append(names, "call", call.Service()+"."+call.Operation())
	}
	return append(names, code(err)...)
}

func code(err error) []any {
	var answer smithy.APIError
	if errors.As(err, &answer) && identifies(answer.ErrorCode()) {
		return []any{"code", answer.ErrorCode()}
	}
	return nil
}
