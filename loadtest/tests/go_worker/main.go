// The bakery of worker/examples/bakery, in Go: it serves no page, and tells of itself by its heartbeats alone.
package main

import (
	"log"
	"os"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/envconfig"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

// BreadOrder is what a client asks for.
type BreadOrder struct {
	Loaves      int     `json:"loaves"`
	OvenSeconds float64 `json:"oven_seconds"`
}

// BakeWorkflow bakes one loaf after the other.
func BakeWorkflow(ctx workflow.Context, order BreadOrder) ([]string, error) {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: 30 * time.Second})
	var loaves []string
	for range order.Loaves {
		var loaf string
		if err := workflow.ExecuteActivity(ctx, Bake, order.OvenSeconds).Get(ctx, &loaf); err != nil {
			return nil, err
		}
		loaves = append(loaves, loaf)
	}
	return loaves, nil
}

// Bake bakes one loaf.
func Bake(ovenSeconds float64) (string, error) {
	time.Sleep(time.Duration(ovenSeconds * float64(time.Second)))
	return "loaf", nil
}

func main() {
	options := envconfig.MustLoadDefaultClientOptions()
	options.WorkerHeartbeatInterval = 5 * time.Second
	c, err := client.Dial(options)
	if err != nil {
		log.Fatal(err)
	}
	w := worker.New(c, os.Getenv("TEMPORAL_TASK_QUEUE"), worker.Options{WorkerStopTimeout: 20 * time.Second})
	w.RegisterWorkflow(BakeWorkflow)
	w.RegisterActivity(Bake)
	err = w.Run(worker.InterruptCh()) // ends on SIGTERM
	if err != nil {
		log.Fatal(err)
	}
}
