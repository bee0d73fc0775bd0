package embedding

import (
	"context"
	"net/http"

	"git.agentview.dev/profit/golanglakehouse/internal/wire"
)

// Client calls embedd, or the gateway.
type Client struct{ wire.Client }

// Embed gives the vectors of texts.
func (c *Client) Embed(ctx context.Context, asked Request) (Answer, error) {
	var answer Answer
	err := c.JSON(ctx, http.MethodPost, "/embed", nil, asked, &answer)
	return answer, err
}

// Models lists the models that are configured.
func (c *Client) Models(ctx context.Context) (Models, error) {
	var list Models
	err := c.JSON(ctx, http.MethodGet, "/embed/models", nil, nil, &list)
	return list, err
}
