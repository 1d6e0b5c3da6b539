package workflow

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// replayed are the service integrations whose outcomes the recordings hold, so
// that replayTasks can do them.
var replayed = []string{
	"arn:aws:states:::aws-sdk:*",
	"arn:aws:states:::dynamodb:*",
	"arn:aws:states:::events:putEvents",
	"arn:aws:states:::sqs:*",
	"arn:aws:states:::states:startExecution*",
	"arn:aws:lambda:your-region:your-account-id:function:*",
}

// replayTasks answers each task with its recorded outcome. The arguments must be
// those that AWS sent.
type replayTasks struct {
	t     *testing.T
	mu    sync.Mutex
	tasks []recordedTask
}

func newReplay(t *testing.T, tasks []recordedTask) *replayTasks {
	r := &replayTasks{t: t}
	var parts []recordedTask // incomplete recordings have call and outcome apart
	for _, task := range tasks {
		switch {
		case task.Resource == "":
			parts[0].Output = task.Output
			r.tasks = append(r.tasks, parts[0])
			parts = parts[1:]
		case task.Output == nil && task.Error == nil && task.Cause == nil:
			parts = append(parts, task)
		default:
			r.tasks = append(r.tasks, task)
		}
	}
	r.tasks = append(r.tasks, parts...)
	return r
}

func (r *replayTasks) Invoke(_ context.Context, resource string, input json.RawMessage) (json.RawMessage, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	_, short, isService := strings.Cut(resource, ":::")
	if !isService {
		short = resource
	}
	got, err := decode(input)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(r.tasks, func(task recordedTask) bool {
		return task.Resource == short && matches(mustDecode(r.t, task.Arguments), got)
	})
	if i < 0 {
		return nil, fmt.Errorf("AWS was not asked for %s with %s", resource, input)
	}
	task := r.tasks[i]
	r.tasks = slices.Delete(r.tasks, i, i+1)
	return task.outcome()
}

func (task recordedTask) outcome() (json.RawMessage, error) {
	if task.Error == nil {
		return task.Output, nil
	}
	f := &Failure{}
	if err := json.Unmarshal(task.Error, &f.Name); err != nil {
		return nil, err
	}
	if json.Unmarshal(task.Cause, &f.Cause) != nil {
		f.Cause = string(task.Cause)
	}
	return nil, f
}

// stubs are the recorded Lambda functions: they echo, or raise in Python.
func stubs(lambdas map[string]json.RawMessage) Functions {
	fs := Functions{}
	for name, behaviour := range lambdas {
		var raise struct{ Error, Message string }
		if json.Unmarshal(behaviour, &raise) != nil {
			fs[name] = func(_ context.Context, payload json.RawMessage) (json.RawMessage, error) { return payload, nil }
			continue
		}
		fs[name] = func(context.Context, json.RawMessage) (json.RawMessage, error) {
			return nil, &Failure{Name: raise.Error, Cause: raise.Message}
		}
	}
	return fs
}

func (r *recording) echoes() bool {
	for _, behaviour := range r.Lambdas {
		if string(behaviour) != `"echo"` {
			return false
		}
	}
	return len(r.Lambdas) > 0
}

// pythonFunctions add to a failure what the Python runtime of the recordings does.
type pythonFunctions struct{ Functions }

func (p pythonFunctions) Invoke(ctx context.Context, resource string, input json.RawMessage) (json.RawMessage, error) {
	result, err := p.Functions.Invoke(ctx, resource, input)
	if err == nil {
		return result, nil
	}
	f := taskFailure(err)
	var report map[string]any
	if err := json.Unmarshal([]byte(f.Cause), &report); err != nil {
		return nil, f
	}
	report["requestId"] = "00000000-0000-0000-0000-000000000000"
	report["stackTrace"] = []string{fmt.Sprintf("  File \"/var/task/handler.py\", line 2, in handler\n    raise %s(\"%s\")\n",
		report["errorType"], report["errorMessage"])}
	return nil, &Failure{Name: f.Name, Cause: string(encode(report))}
}

// memoryObjects keep objects by key. Bucket names of the recordings are stand-ins
// and do not agree with each other.
type memoryObjects struct {
	mu      sync.Mutex
	objects map[string][]byte
}

func newObjects() *memoryObjects { return &memoryObjects{objects: map[string][]byte{}} }

func (m *memoryObjects) Get(_ context.Context, _, key string) (io.ReadCloser, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	content, ok := m.objects[key]
	if !ok {
		return nil, fmt.Errorf("no object %q", key)
	}
	return io.NopCloser(bytes.NewReader(content)), nil
}

func (m *memoryObjects) Put(_ context.Context, _, key string, body []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.objects[key] = body
	return nil
}

func (m *memoryObjects) List(_ context.Context, _, prefix string) ([]Object, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var listed []Object
	for key, content := range m.objects {
		if strings.HasPrefix(key, prefix) {
			listed = append(listed, Object{Key: key, Size: int64(len(content)), ETag: `"e"`, Modified: time.Unix(1, 0)})
		}
	}
	slices.SortFunc(listed, func(a, b Object) int { return strings.Compare(a.Key, b.Key) })
	return listed, nil
}
