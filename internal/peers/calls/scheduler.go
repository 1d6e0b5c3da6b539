package calls

import (
	"encoding/json"
	"net/http"
	"strings"
)

// scheduler reads /schedules/NAME of EventBridge Scheduler.
func (c *Call) scheduler(q *http.Request, body []byte) {
	verbs := map[string]string{"POST": "CreateSchedule", "PUT": "UpdateSchedule", "GET": "GetSchedule", "DELETE": "DeleteSchedule"}
	name, one := strings.CutPrefix(q.URL.Path, "/schedules/")
	if !one {
		c.Operation = "ListSchedules"
		c.needs(c.Operation, "*", nil)
		return
	}
	var p struct {
		GroupName string
		Target    struct{ RoleArn string }
	}
	_ = json.Unmarshal(body, &p) // GET and DELETE have none
	if p.GroupName == "" {
		p.GroupName = q.URL.Query().Get("groupName")
	}
	c.Operation = verbs[q.Method]
	c.needs(c.Operation, arn("scheduler", "schedule/"+p.GroupName+"/"+name), nil)
	if p.Target.RoleArn != "" {
		c.Needs = append(c.Needs, Need{"iam:PassRole", p.Target.RoleArn, map[string][]string{"iam:PassedToService": {"scheduler.amazonaws.com"}}})
	}
}
