package calls

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// A value of DynamoDB: {"S": "text"}.
type value map[string]any

// A table is what a request says about rows of one table.
type table struct {
	TableName  string
	Key        map[string]value
	Item       map[string]value
	Names      map[string]string `json:"ExpressionAttributeNames"`
	Values     map[string]value  `json:"ExpressionAttributeValues"`
	Where      string            `json:"KeyConditionExpression"`
	Update     string            `json:"UpdateExpression"`
	If         string            `json:"ConditionExpression"`
	Filter     string            `json:"FilterExpression"`
	Projection string            `json:"ProjectionExpression"`
	Select     string
	Return     string `json:"ReturnValues"`
}

// Within a transaction or a batch each part needs what it would need alone.
type several struct {
	TransactItems []struct{ Put, Update, Delete, ConditionCheck, Get *table }
	RequestItems  map[string]json.RawMessage
}

func (c *Call) dynamodb(body []byte, one table) {
	if one.TableName != "" {
		c.row(c.Operation, one)
		return
	}
	var all several
	_ = json.Unmarshal(body, &all) // what can't be read needs nothing, and is seen as a call without needs
	for _, part := range all.TransactItems {
		for action, t := range map[string]*table{"PutItem": part.Put, "UpdateItem": part.Update, "DeleteItem": part.Delete,
			"ConditionCheckItem": part.ConditionCheck, "GetItem": part.Get} {
			if t != nil {
				c.row(action, *t)
			}
		}
	}
	for name, text := range all.RequestItems {
		c.batch(name, text)
	}
}

// batch reads {"Keys": […]} of BatchGetItem or [{"PutRequest": …}] of
// BatchWriteItem.
func (c *Call) batch(name string, text json.RawMessage) {
	var read struct {
		table
		Keys []map[string]value
	}
	var write []struct{ PutRequest, DeleteRequest *table }
	if json.Unmarshal(text, &read) == nil {
		for _, k := range read.Keys {
			t := read.table
			t.TableName, t.Key = name, k
			c.row(c.Operation, t)
		}
	}
	if json.Unmarshal(text, &write) == nil {
		for _, w := range write {
			t := w.PutRequest
			if t == nil {
				t = w.DeleteRequest
			}
			t.TableName = name
			c.row(c.Operation, *t)
		}
	}
}

func (c *Call) row(action string, t table) {
	context := map[string][]string{"dynamodb:Attributes": t.attributes()}
	if key := t.leading(); key != "" {
		context["dynamodb:LeadingKeys"] = []string{key}
	}
	if whole := t.whole(action); whole != "" {
		context["dynamodb:Select"] = []string{whole}
	}
	if t.Return != "" {
		context["dynamodb:ReturnValues"] = []string{t.Return}
	}
	c.needs(action, orARN("dynamodb", "table/", t.TableName), context)
}

// whole says, of a request that reads, whether it takes all attributes.
func (t table) whole(action string) string {
	switch {
	case t.Select != "":
		return t.Select
	case action != "GetItem" && action != "BatchGetItem" && action != "Query" && action != "Scan":
		return ""
	case t.Projection != "":
		return "SPECIFIC_ATTRIBUTES"
	}
	return "ALL_ATTRIBUTES"
}

// equals finds the key in "pk = :pk AND …".
var equals = regexp.MustCompile(`(#?\w+)\s*=\s*(:\w+)`)

// leading is the partition key that a request names.
func (t table) leading() string {
	for _, row := range []map[string]value{t.Key, t.Item} {
		if key, ok := row["pk"]["S"].(string); ok {
			return key
		}
	}
	for _, m := range equals.FindAllStringSubmatch(t.Where, -1) {
		if t.named(m[1]) == "pk" {
			key, _ := t.Values[m[2]]["S"].(string)
			return key
		}
	}
	return ""
}

func (t table) named(word string) string {
	if name, ok := t.Names[word]; ok {
		return name
	}
	return word
}

// word finds names of attributes in an expression, and more that is none.
var word = regexp.MustCompile(`[#:]?\w+`)

// attributes are the names of all attributes that a request names.
func (t table) attributes() []string {
	names := map[string]bool{}
	for _, row := range []map[string]value{t.Key, t.Item} {
		for name := range row {
			names[name] = true
		}
	}
	for _, text := range []string{t.Where, t.Update, t.If, t.Filter, t.Projection} {
		for _, w := range word.FindAllString(text, -1) {
			if !strings.HasPrefix(w, ":") && !reserved[strings.ToLower(w)] {
				names[t.named(w)] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// reserved are words of expressions that name no attribute.
var reserved = map[string]bool{"and": true, "or": true, "not": true, "between": true, "in": true, "set": true, "remove": true, "add": true, "delete": true,
	"attribute_exists": true, "attribute_not_exists": true, "attribute_type": true, "begins_with": true, "contains": true, "size": true,
	"if_not_exists": true, "list_append": true}
