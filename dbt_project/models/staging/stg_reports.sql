with source as (
    select * from {{ source('staging_frames', 'reports') }}
)

select * from source
