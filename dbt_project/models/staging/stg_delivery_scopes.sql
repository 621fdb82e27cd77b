with source as (
    select * from {{ source('staging_frames', 'delivery_scopes') }}
)

select * from source
