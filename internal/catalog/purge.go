package catalog

import (
	"context"
	"net/http"
)

// PurgePath is where a daemon asks for a purge. The gateway passes nothing on that
// is under /internal.
const PurgePath = "/internal/purge"

// Purge takes versions away at once, with their tags, and all objects of the
// dataset's folder that no other version names: also what a killed daemon left, and
// what was to stay until the longest query has passed. Whoever reads those fails.
type Purge struct {
	Name      string  `json:"name"`
	DatasetID string  `json:"dataset_id"`         // else ErrDatasetChanged
	Versions  []int64 `json:"versions,omitempty"` // those not kept any more are passed over; the current one is ErrDatasetChanged
}

// Purged says what went. A purge that was made already gives none.
type Purged struct {
	Versions []int64      `json:"versions"`
	Objects  []DataObject `json:"objects"` // without their rows
}

// Purge asks catalogd itself: no gateway passes it on. It may be repeated.
func (c *Client) Purge(ctx context.Context, p Purge) (done Purged, err error) {
	err = c.JSON(ctx, http.MethodPost, PurgePath, nil, p, &done)
	return done, err
}
