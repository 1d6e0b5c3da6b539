package api

import (
	"context"
	"net/http"
)

// begin starts a task of an action, and task tells how one stands.
func begin(a Action) func(*handler, context.Context, request) (answer, error) {
	return func(h *handler, ctx context.Context, q request) (answer, error) {
		id, err := h.Backend.Tasks.Begin(ctx, q.of, a, q.key)
		return accepted(Task{ID: id, Migration: q.of.Name, Action: a, State: TaskRunning}, all, q.of.Name, string(a)+"s", id), err
	}
}

func task(a Action) func(*handler, context.Context, request) (answer, error) {
	return func(h *handler, ctx context.Context, q request) (answer, error) {
		t, err := h.Backend.Tasks.Task(ctx, q.of, a, q.PathValue("task"))
		found := answer{status: http.StatusOK, body: t}
		if t.State == TaskRunning {
			found.after = soon
		}
		return found, err
	}
}

func (h *handler) schedule(ctx context.Context, q request) (answer, error) {
	s, err := h.Backend.Schedules.Schedule(ctx, q.of)
	return answer{status: http.StatusOK, body: s}, err
}

func (h *handler) putSchedule(ctx context.Context, q request) (answer, error) {
	var s Schedule
	if err := q.parse(&s); err != nil {
		return answer{}, err
	}
	if err := s.Check(); err != nil {
		return answer{}, err
	}
	s, err := h.Backend.Schedules.PutSchedule(ctx, q.of, s)
	return answer{status: http.StatusOK, body: s}, err
}

func (h *handler) deleteSchedule(ctx context.Context, q request) (answer, error) {
	return answer{status: http.StatusNoContent}, h.Backend.Schedules.DeleteSchedule(ctx, q.of)
}

// maxUpload is what fits on the disk of a function, which reads the file from there.
const maxUpload = 400 << 20

func (h *handler) upload(ctx context.Context, q request) (answer, error) {
	var u UploadRequest
	if err := q.parse(&u); err != nil {
		return answer{}, err
	}
	if err := u.check(); err != nil {
		return answer{}, err
	}
	place, err := h.Backend.Uploads.Upload(ctx, q.of, u)
	return answer{status: http.StatusCreated, body: place}, err
}

func (u UploadRequest) check() error {
	switch {
	case !uploadName.matches(u.Name):
		return invalid("name is a file's name that ends in .csv, without a folder")
	case u.Upload != "" && !uploadID.matches(u.Upload):
		return invalid("upload is the id of an upload, as it was given")
	case u.Size < 1 || u.Size > maxUpload:
		return invalid("size is that of the file in bytes, 400 MiB at most")
	}
	return nil
}
