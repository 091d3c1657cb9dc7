"""The GraphQL API. Enums are registered before any type is made that uses them."""

from service.graphql import enums as enums
