package zendesk

import (
	"fmt"
	"time"
)

// mostJobs is how many jobs may wait or be under way.
const mostJobs = 30

// A job does one thing after another, while its client asks how far it is.
type job struct {
	id      string
	begun   time.Time
	steps   []func() object
	results []object
}

// begin queues a job, and answers as Zendesk does: nothing is done yet.
func (d *Desk) begin(steps []func() object) answer {
	waiting := 0
	for _, j := range d.jobs {
		if len(j.results) < len(j.steps) {
			waiting++
		}
	}
	if waiting >= mostJobs {
		return answer{status: 429, body: object{"error": "TooManyJobs", "description": "too many jobs are queued or running"}}
	}
	d.changes++
	j := &job{id: fmt.Sprintf("V3-%032x", d.changes*7919), begun: d.Now(), steps: steps}
	d.jobs = append(d.jobs, j)
	return ok(object{"job_status": object{"id": j.id, "url": d.base + "/api/v2/job_statuses/" + j.id + ".json",
		"total": len(steps), "progress": nil, "status": "queued", "message": nil, "results": nil}})
}

// work does what is due of all jobs.
func (d *Desk) work() {
	now := d.Now()
	for _, j := range d.jobs {
		for len(j.results) < len(j.steps) {
			due := j.begun.Add(d.o.Queue + time.Duration(len(j.results)+1)*d.o.Work)
			if now.Before(due) {
				break
			}
			j.results = append(j.results, j.steps[len(j.results)]())
		}
	}
}

func (d *Desk) showJob(q *request) answer {
	for _, j := range d.jobs {
		if j.id == q.PathValue("id") {
			return ok(object{"job_status": d.jobStatus(j)})
		}
	}
	return missing()
}

// jobStatus tells no results before all are there.
func (d *Desk) jobStatus(j *job) object {
	o := object{"id": j.id, "total": len(j.steps), "progress": len(j.results), "results": nil}
	switch {
	case len(j.results) == len(j.steps):
		o["status"], o["results"], o["message"] = "completed", j.results, "Completed at "+stamp(d.Now())
	case len(j.results) > 0:
		o["status"], o["message"] = "working", fmt.Sprintf("creating #%d", len(j.results))
	default:
		o["status"], o["progress"], o["message"] = "queued", nil, nil
	}
	return o
}

// mostItems is how many objects a request for many takes.
const mostItems = 100

// many queues a job that makes each of the objects.
func (d *Desk) many(q *request, name string, make func(object) (*row, answer)) answer {
	items := objects(q.body[name])
	if len(items) == 0 || len(items) > mostItems {
		return badRequest("1 to 100 objects")
	}
	var steps []func() object
	for i, item := range items {
		steps = append(steps, func() object {
			last := d.table(name).last
			r, a := make(item)
			if r == nil {
				return object{"index": i, "error": "RecordInvalid", "details": fmt.Sprint(a.body), "status": "Failed", "success": false}
			}
			status := "Created"
			if r.id <= last {
				status = "Updated"
			}
			return object{"index": i, "id": r.id, "external_id": r.at["external_id"], "action": "create", "status": status, "success": true}
		})
	}
	return d.begin(steps)
}
